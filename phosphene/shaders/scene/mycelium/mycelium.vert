#version 330 core
/*
about:  all of the picture, and its colours
writes: uv; the soil, and the light that each kin gives
*/
const vec3 SOIL = vec3(0.008, 0.005, 0.004);
const mat3 LIGHTS = mat3(1.0, 0.42, 0.05, 0.95, 0.7, 0.58, 0.1, 0.5, 0.24);

uniform float hue;  // 0 in -0.5..0.5 turns: of its colours

out vec2 uv;
flat out vec3 soil;
flat out mat3 shine;

#include "lib/screen.glsl"
#include "lib/turned.glsl"

void main() {
    uv = screen();
    soil = turned(SOIL, hue);
    for (int n = 0; n < 3; ++n) {
        shine[n] = turned(LIGHTS[n], hue);
    }
}
