#version 330 core
/*
about:  where the eye is, and how far the last ripple has come
writes: along the photo; toward it; from the centre, in heights
*/
const float TURN = 6.2831853;
const float GLOW = 0.16;  // seconds in which an onset fades to 1/e

uniform float drift;  // 0.5 in 0..1: nearer to it and along it
uniform float shove;  // 0.4 in 0..1: by which a kick throws it at you
uniform float onset;
uniform float kick;
uniform float minute;
uniform float travel;
uniform vec4 lots;

out vec4 color;

void main() {
    vec2 way = sin(TURN * (vec2(2.0, 3.0) * minute + lots.xy)), sway = sin(TURN * (travel + vec2(0.0, 0.25)));
    float near = 1.0 + drift * (0.16 + 0.06 * way.x * way.y);
    vec2 along = 0.5 * (1.0 - 1.0 / near) * drift * (0.75 * way + 0.25 * sway);
    color = vec4(along, near * (1.0 + 0.10 * shove * kick), -2.0 * GLOW * log(max(onset, 1e-3)));
}
