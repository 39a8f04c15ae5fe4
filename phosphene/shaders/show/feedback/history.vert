#version 330 core
/*
about:  where each pixel was one frame ago, and the share of its light that remains
writes: uv and from, 0..1 from the lower left corner; share
*/
const float TURN = 6.2831853;

uniform float linger;   // 0.5 in 0.05..20 s, exp: time to half the light
uniform float zoom;     // 0.5 in -2..2 1/s: outward, as a factor e^zoom per second
uniform float rotate;   // 0.03 in -1..1 turns/s: counter-clockwise
uniform float drift_x;  // 0 in -1..1 heights/s
uniform float drift_y;  // 0 in -1..1 heights/s
uniform float aspect;
uniform float dt;

out vec2 uv;
out vec2 from;
flat out float share;

#include "lib/screen_triangle.glsl"

void main() {
    uv = screen_triangle();
    float angle = TURN * rotate * dt;
    vec2 at = (uv - 0.5) * vec2(aspect, 1.0) - vec2(drift_x, drift_y) * dt;
    at = mat2(cos(angle), -sin(angle), sin(angle), cos(angle)) * at * exp(-zoom * dt);
    from = at / vec2(aspect, 1.0) + 0.5;
    share = exp2(-dt / linger);
}
