#version 330 core
/*
about: white at each onset, then it fades; a test picture for measurements
scale: 0.0
dark: true
*/
uniform sampler2D flash;
uniform float fade;  // 0.05 in 0.01..1 s: time to half the light
uniform float hit;
uniform float dt;

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    float remaining = texture(flash, uv).r * exp2(-dt / fade) - 1e-3;
    color = vec4(finite(vec3(max(remaining, 16.0 * hit))), 1.0);
}
