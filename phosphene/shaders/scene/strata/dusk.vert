#version 330 core
/*
about:  all of the picture, and what is the same everywhere in it
reads:  mood
writes: uv; where the sun is, how large, and its light, below and above; of the rock what lies in shadow, and its two
        beds in the light; the light of crests, before and behind
*/
const vec3 SHADE = vec3(0.004, 0.007, 0.022);
const vec3 CLAY = vec3(0.20, 0.030, 0.055);
const vec3 SAND = vec3(0.36, 0.15, 0.070);

uniform sampler2D mood;
uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float glow;   // 1 in 0..3: of the sun, and of the crests
uniform float kick;
uniform vec4 lots;

out vec2 uv;
flat out vec2 sunk;
flat out float wide;
flat out mat2x3 hot;
flat out mat3 rock;
flat out mat2x3 crest;

#include "lib/screen.glsl"
#include "lib/turned.glsl"
#include "scene/strata/view.glsl"
#include "scene/strata/shone.glsl"

void main() {
    uv = screen();
    vec4 told = texelFetch(mood, ivec2(0), 0);
    float turn = hue + 0.025 * told.x, bright = glow * (0.8 + 1.2 * told.z + 1.5 * kick), lit = 0.15 + told.z;
    vec3 ember = turned(EMBER, turn), gold = turned(GOLD, turn);
    sunk = sun(told, lots.x);
    wide = 0.085 + 0.012 * kick;
    hot = mat2x3(bright * ember, bright * gold);
    rock = mat3(turned(SHADE, turn), lit * turned(CLAY, turn), lit * turned(SAND, turn));
    crest = mat2x3(glow * mix(ember, gold, 0.6), 0.06 * glow * ember);
}
