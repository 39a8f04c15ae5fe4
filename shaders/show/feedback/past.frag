#version 330 core
/*
about:  the brightest of the light as it is and of what it was, moved on and faded
writes: linear, 0..64; nothing, sooner or later, where no light comes
*/
const float TURN = 6.2831853;
const float LEAST = 0.002;  // of light, gone in a second besides

uniform sampler2D picture;
uniform sampler2D past;
uniform float linger;   // 0.5 in 0.05..20 s, exp: to half the light
uniform float zoom;     // 0.5 in -2..2 1/s: outward, so many times e in a second
uniform float rotate;   // 0.03 in -1..1 turns/s: to the left
uniform float drift_x;  // 0 in -1..1 heights/s
uniform float drift_y;  // 0 in -1..1 heights/s
uniform float aspect;
uniform float dt;

in vec2 uv;
out vec4 color;

#include "lib/carried.glsl"
#include "lib/finite.glsl"

void main() {
    float angle = TURN * rotate * dt;
    vec2 at = (uv - 0.5) * vec2(aspect, 1.0) - vec2(drift_x, drift_y) * dt;
    at = mat2(cos(angle), -sin(angle), sin(angle), cos(angle)) * at * exp(-zoom * dt);
    vec2 from = at / vec2(aspect, 1.0) + 0.5;
    vec2 inside = clamp((0.5 - abs(from - 0.5)) * vec2(textureSize(past, 0)) + 0.5, 0.0, 1.0);
    vec3 left = finite(carried(past, from)) * inside.x * inside.y * exp2(-dt / linger) - LEAST * dt;
    color = vec4(max(finite(texture(picture, uv).rgb), left), 1.0);
}
