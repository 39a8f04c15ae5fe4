#version 330 core
/*
about:  full-screen vertex shader with the colours of the picture
writes: uv; colour of the ground; the light that each ink reflects, and the light behind that it absorbs; brightness of
        all ink, and of fresh ink
*/
const mat3 LIGHTS = mat3(0.022, 0.15, 0.55, 1.3, 0.14, 0.035, 1.0, 0.78, 0.5);
const mat3 STAINS = mat3(0.93, 0.84, 0.55, 0.2, 0.92, 0.97, 0.1, 0.4, 0.9);

uniform float hue;     // 0 in -0.5..0.5 turns: of all colours
uniform float ground;  // dark | paper: the ground behind the ink
uniform float level;
uniform float pulse;

out vec2 uv;
flat out vec3 bed;
flat out mat3 shine;
flat out mat3 stain;
flat out float glow;
flat out float fresh_gain;
flat out float soft;
flat out float edge;

#include "lib/screen_triangle.glsl"
#include "lib/rotate_hue.glsl"

void main() {
    uv = screen_triangle();
    bool paper = ground > 0.5;
    bed = rotate_hue(paper ? vec3(1.75, 1.62, 1.38) : vec3(0.0025, 0.004, 0.009), hue);
    for (int n = 0; n < 3; ++n) {
        shine[n] = paper ? vec3(0.0) : rotate_hue(LIGHTS[n], hue);
        stain[n] = paper ? 1.0 - rotate_hue(1.0 - STAINS[n], hue) : vec3(1.0);
    }
    glow = 0.8 + 0.4 * level + 0.6 * pulse;
    fresh_gain = 2.0;
    soft = paper ? 1.0 : 0.0;
    edge = paper ? 0.04 : 0.002;
}
