/*
about:  the share of light that a lens loses: nothing near the centre, four fifths in the corners
use:    float falloff(vec2 uv), 0..0.8
*/
float falloff(vec2 uv) {
    return 0.8 * smoothstep(0.3, 1.0, length(uv - 0.5) / length(vec2(0.5)));
}
