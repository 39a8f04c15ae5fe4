#version 330 core
/*
about:  all of the picture, and its colours
writes: uv; the bed on which the inks lie, the light that each gives, and what it takes of the light behind it; how
        bright all of it is, and what has just been let in
*/
const mat3 LIGHTS = mat3(0.022, 0.15, 0.55, 1.3, 0.14, 0.035, 1.0, 0.78, 0.5);
const mat3 STAINS = mat3(0.93, 0.84, 0.55, 0.2, 0.92, 0.97, 0.1, 0.4, 0.9);

uniform float hue;     // 0 in -0.5..0.5 turns: of its colours
uniform float ground;  // dark | paper: what the ink is on
uniform float level;
uniform float pulse;

out vec2 uv;
flat out vec3 bed;
flat out mat3 shine;
flat out mat3 stain;
flat out float glow;
flat out float swell;
flat out float soft;
flat out float edge;

#include "lib/screen.glsl"
#include "lib/turned.glsl"

void main() {
    uv = screen();
    bool paper = ground > 0.5;
    bed = turned(paper ? vec3(1.75, 1.62, 1.38) : vec3(0.0025, 0.004, 0.009), hue);
    for (int n = 0; n < 3; ++n) {
        shine[n] = paper ? vec3(0.0) : turned(LIGHTS[n], hue);
        stain[n] = paper ? 1.0 - turned(1.0 - STAINS[n], hue) : vec3(1.0);
    }
    glow = 0.8 + 0.4 * level + 0.6 * pulse;
    swell = 2.0;
    soft = paper ? 1.0 : 0.0;
    edge = paper ? 0.04 : 0.002;
}
