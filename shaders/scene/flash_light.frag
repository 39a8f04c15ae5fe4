#version 330 core
/*
about:  bright where an onset is heard; then it fades
reads:  light (this pass, one frame ago)
writes: rgba16f, linear
*/
uniform sampler2D light;
uniform float fade;  // seconds to half the light
uniform float hit;   // 1 on an onset
uniform float dt;    // seconds since the last frame

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    float left = texture(light, uv).r * exp2(-dt / fade) - 1e-3;
    color = vec4(finite(vec3(max(left, 16.0 * hit))), 1.0);
}
