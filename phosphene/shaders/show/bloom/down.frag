#version 330 core
/*
about:  halves a picture and softens it (dual Kawase, downward)
reads:  larger (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D larger;
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "show/bloom/texel_step.glsl"

void main() {
    vec2 corner = texel_step(larger, aspect), other = corner * vec2(1.0, -1.0);
    vec3 sum = 4.0 * texture(larger, uv).rgb + texture(larger, uv + corner).rgb + texture(larger, uv - corner).rgb;
    color = vec4((sum + texture(larger, uv + other).rgb + texture(larger, uv - other).rgb) / 8.0, 1.0);
}
