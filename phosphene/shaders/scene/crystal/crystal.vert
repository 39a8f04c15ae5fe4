#version 330 core
/*
about:  full-screen vertex shader with the values that are the same in every pixel
writes: uv; the side that the light comes from; steepness of the relief; and colours: the slate unlit and lit, the grown
        stone, its gloss thin and thick, hot growth, and specks
*/
const float TURN = 6.2831853;
const vec3 SLATE = vec3(0.010, 0.014, 0.024);
const vec3 AZURE = vec3(0.010, 0.110, 0.900);
const vec3 PEACOCK = vec3(0.000, 0.620, 0.520);
const vec3 ICE = vec3(0.700, 0.900, 1.000);
const vec3 COPPER = vec3(1.500, 0.460, 0.090);

uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float depth;  // 1 in 0.2..2: height of the relief
uniform float fire;   // 1 in 0..2: brightness of fresh growth
uniform float level;
uniform float bass;
uniform float treble;
uniform float kick;
uniform float snare;
uniform float minute;
uniform vec4 random;

out vec2 uv;
flat out vec2 side;
flat out float steep;
flat out mat2x3 slate;
flat out mat2x3 stone;
flat out mat2x3 shine;
flat out vec3 hot;
flat out vec3 speck;

#include "lib/screen_triangle.glsl"
#include "lib/rotate_hue.glsl"

void main() {
    uv = screen_triangle();
    float turn = TURN * (2.0 * minute + random.w), power = 0.35 + 0.9 * level + 0.8 * kick;
    float gloss = power * (0.5 + 1.5 * snare + 0.8 * treble);
    side = vec2(cos(turn), sin(turn));
    steep = 26.0 * depth * (0.8 + 0.5 * bass);
    slate = mat2x3(0.2 * rotate_hue(SLATE, hue), 1.6 * power * rotate_hue(SLATE, hue));
    stone = mat2x3(power * rotate_hue(AZURE, hue), power * rotate_hue(PEACOCK, hue));
    shine = mat2x3(gloss * rotate_hue(ICE, hue), gloss * rotate_hue(COPPER, hue));
    speck = rotate_hue(COPPER, hue);
    hot = 0.5 * fire * speck;
}
