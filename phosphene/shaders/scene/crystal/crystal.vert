#version 330 core
/*
about:  all of the picture, and what is the same everywhere in it
writes: uv; the side that the light comes from; how steep the relief is; and the colours: of the slate without light and
        with it, of what has grown, of its gloss, thin and thick, of what grows, and of specks
*/
const float TURN = 6.2831853;
const vec3 SLATE = vec3(0.010, 0.014, 0.024);
const vec3 AZURE = vec3(0.010, 0.110, 0.900);
const vec3 PEACOCK = vec3(0.000, 0.620, 0.520);
const vec3 ICE = vec3(0.700, 0.900, 1.000);
const vec3 COPPER = vec3(1.500, 0.460, 0.090);

uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float depth;  // 1 in 0.2..2: of the relief
uniform float fire;   // 1 in 0..2: of what grows
uniform float level;
uniform float bass;
uniform float treble;
uniform float kick;
uniform float snare;
uniform float minute;
uniform vec4 lots;

out vec2 uv;
flat out vec2 side;
flat out float steep;
flat out mat2x3 slate;
flat out mat2x3 stone;
flat out mat2x3 shine;
flat out vec3 hot;
flat out vec3 speck;

#include "lib/screen.glsl"
#include "lib/turned.glsl"

void main() {
    uv = screen();
    float turn = TURN * (2.0 * minute + lots.w), power = 0.35 + 0.9 * level + 0.8 * kick;
    float gloss = power * (0.5 + 1.5 * snare + 0.8 * treble);
    side = vec2(cos(turn), sin(turn));
    steep = 26.0 * depth * (0.8 + 0.5 * bass);
    slate = mat2x3(0.2 * turned(SLATE, hue), 1.6 * power * turned(SLATE, hue));
    stone = mat2x3(power * turned(AZURE, hue), power * turned(PEACOCK, hue));
    shine = mat2x3(gloss * turned(ICE, hue), gloss * turned(COPPER, hue));
    speck = turned(COPPER, hue);
    hot = 0.5 * fire * speck;
}
