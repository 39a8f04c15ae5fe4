/*
about:  the distance between two texels of a glow, made square
use:    vec2 texel_step(sampler2D glow, float aspect), in uv
*/
vec2 texel_step(sampler2D glow, float aspect) {
    return vec2(1.0 / aspect, 1.0) / float(textureSize(glow, 0).y);
}
