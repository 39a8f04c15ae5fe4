#version 330 core
/*
about:  position of the view, and radius of the last ripple
writes: offset along the photo; zoom; radius from the centre, in heights
*/
const float TURN = 6.2831853;
const float GLOW = 0.16;  // seconds in which an onset fades to 1/e

uniform float drift;  // 0.5 in 0..1: movement along the photo and towards it
uniform float shove;  // 0.4 in 0..1: how far a kick moves it forward
uniform float onset;
uniform float kick;
uniform float minute;
uniform float travel;
uniform vec4 random;

out vec4 color;

void main() {
    vec2 path = sin(TURN * (vec2(2.0, 3.0) * minute + random.xy)), sway = sin(TURN * (travel + vec2(0.0, 0.25)));
    float zoom = 1.0 + drift * (0.16 + 0.06 * path.x * path.y);
    vec2 offset = 0.5 * (1.0 - 1.0 / zoom) * drift * (0.75 * path + 0.25 * sway);
    color = vec4(offset, zoom * (1.0 + 0.10 * shove * kick), -2.0 * GLOW * log(max(onset, 1e-3)));
}
