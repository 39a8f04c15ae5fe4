#version 330 core
/*
about:  full-screen vertex shader with the colours of the picture
writes: uv; the soil, and the light of each species
*/
const vec3 SOIL = vec3(0.008, 0.005, 0.004);
const mat3 LIGHTS = mat3(1.0, 0.42, 0.05, 0.95, 0.7, 0.58, 0.1, 0.5, 0.24);

uniform float hue;  // 0 in -0.5..0.5 turns: of all colours

out vec2 uv;
flat out vec3 soil;
flat out mat3 shine;

#include "lib/screen_triangle.glsl"
#include "lib/rotate_hue.glsl"

void main() {
    uv = screen_triangle();
    soil = rotate_hue(SOIL, hue);
    for (int n = 0; n < 3; ++n) {
        shine[n] = rotate_hue(LIGHTS[n], hue);
    }
}
