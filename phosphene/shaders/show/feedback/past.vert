#version 330 core
/*
about:  where all that is seen came from, a frame ago, and the share of its light that is left
writes: uv and from, 0..1 from the lower left corner; share
*/
const float TURN = 6.2831853;

uniform float linger;   // 0.5 in 0.05..20 s, exp: to half the light
uniform float zoom;     // 0.5 in -2..2 1/s: outward, so many times e in a second
uniform float rotate;   // 0.03 in -1..1 turns/s: to the left
uniform float drift_x;  // 0 in -1..1 heights/s
uniform float drift_y;  // 0 in -1..1 heights/s
uniform float aspect;
uniform float dt;

out vec2 uv;
out vec2 from;
flat out float share;

#include "lib/screen.glsl"

void main() {
    uv = screen();
    float angle = TURN * rotate * dt;
    vec2 at = (uv - 0.5) * vec2(aspect, 1.0) - vec2(drift_x, drift_y) * dt;
    at = mat2(cos(angle), -sin(angle), sin(angle), cos(angle)) * at * exp(-zoom * dt);
    from = at / vec2(aspect, 1.0) + 0.5;
    share = exp2(-dt / linger);
}
