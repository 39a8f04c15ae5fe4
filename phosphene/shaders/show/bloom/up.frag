#version 330 core
/*
about:  doubles a picture, softens it, and mixes it with the one of that size (dual Kawase, upward)
reads:  smaller, same_size (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D smaller;
uniform sampler2D same_size;
uniform float spread;  // 0.7 in 0..1: share of the wider glow at each size
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "show/bloom/texel_step.glsl"

void main() {
    vec2 side = texel_step(smaller, aspect), corner = 0.5 * side, other = corner * vec2(1.0, -1.0);
    vec2 right = vec2(side.x, 0.0), up = vec2(0.0, side.y);
    vec3 sum = texture(smaller, uv + right).rgb + texture(smaller, uv - right).rgb;
    sum += texture(smaller, uv + up).rgb + texture(smaller, uv - up).rgb;
    sum += 2.0 * (texture(smaller, uv + corner).rgb + texture(smaller, uv - corner).rgb);
    sum += 2.0 * (texture(smaller, uv + other).rgb + texture(smaller, uv - other).rgb);
    color = vec4(mix(texture(same_size, uv).rgb, sum / 12.0, spread), 1.0);
}
