/*
about:  how far a plain lens moves red outward: more away from the centre, and less again towards an edge, so that
        nothing is asked for that lies beyond it
use:    vec2 fringe(vec2 uv, float shift, float aspect), in uv; shift in heights, as it would be in the corners
*/
vec2 fringe(vec2 uv, float shift, float aspect) {
    vec2 corner = 0.5 * vec2(aspect, 1.0), at = (2.0 * uv - 1.0) * corner;
    vec2 left = corner - abs(at);
    float inside = smoothstep(0.0, 2.0 * abs(shift) + 1e-6, min(left.x, left.y));
    return inside * shift * at / length(corner) / vec2(aspect, 1.0);
}
