/*
about:  the way from one texel of a glow to the next, as if it were a square one
use:    vec2 apart(sampler2D glow, float aspect), in uv
*/
vec2 apart(sampler2D glow, float aspect) {
    return vec2(1.0 / aspect, 1.0) / float(textureSize(glow, 0).y);
}
