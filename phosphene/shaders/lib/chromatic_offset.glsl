/*
about:  how far a simple lens shifts red outward: more with the distance from the centre, and less again towards an
        edge, so that no sample lies outside the picture
use:    vec2 chromatic_offset(vec2 uv, float shift, float aspect), in uv; shift is the one in the corners, in heights
*/
vec2 chromatic_offset(vec2 uv, float shift, float aspect) {
    vec2 corner = 0.5 * vec2(aspect, 1.0), at = (2.0 * uv - 1.0) * corner;
    vec2 margin = corner - abs(at);
    float inside = smoothstep(0.0, 2.0 * abs(shift) + 1e-6, min(margin.x, margin.y));
    return inside * shift * at / length(corner) / vec2(aspect, 1.0);
}
