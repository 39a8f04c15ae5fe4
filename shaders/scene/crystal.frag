#version 330 core
/*
about: a dark mineral that grows along its grain, lit from a side; onsets seed it, kicks run through it
passes:
  - {name: spark, size: [1, 1], precise: true}
  - {name: cell, size: [256, 128], precise: true, wrap: true, rate: 120}
  - {name: relief, size: [256, 128], wrap: true}
*/
const float TURN = 6.2831853;
const vec3 SLATE = vec3(0.010, 0.014, 0.024);
const vec3 AZURE = vec3(0.010, 0.110, 0.900);
const vec3 PEACOCK = vec3(0.000, 0.620, 0.520);
const vec3 COPPER = vec3(1.500, 0.460, 0.090);

uniform sampler2D relief;
uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float depth;  // 1 in 0.2..2: of the relief
uniform float fire;   // 1 in 0..2: of what grows
uniform float level;
uniform float bass;
uniform float treble;
uniform float centre;
uniform float kick;
uniform float snare;
uniform float hat;
uniform float pulse;
uniform float minute;
uniform float travel;
uniform float aspect;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "lib/lot.glsl"
#include "lib/turned.glsl"

void main() {
    vec2 at = (uv - 0.5) * vec2(aspect, 1.0) * (1.0 - 0.015 * pulse);
    vec4 here = texture(relief, at * vec2(0.5, 1.0) + 0.5);
    float turn = TURN * (2.0 * minute + lots.w), grown = smoothstep(0.05, 0.3, here.z);
    vec2 side = vec2(cos(turn), sin(turn));
    vec3 normal = normalize(vec3(-here.xy * 26.0 * depth * (0.8 + 0.5 * bass), 1.0));
    vec3 lamp = normalize(vec3(0.8 * side - 0.5 * at, 0.55 - 0.2 * kick)), middle = normalize(lamp + vec3(0.0, 0.0, 1.0));
    float lit = max(dot(normal, lamp), 0.0), gloss = max(dot(normal, middle), 0.0);
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    float film = 0.5 + 0.5 * sin(TURN * (1.4 * here.z + 0.45 * dot(normal.xy, side) + 0.3 * dot(at, side) + 0.5 * centre + travel));
    float power = 0.35 + 0.9 * level + 0.8 * kick;
    vec3 light = SLATE * (0.2 + 1.6 * lit * power) + AZURE * 0.03 * (1.0 - grown) * power;
    light += mix(AZURE, PEACOCK, film) * grown * power * lit * (0.2 + 0.8 * film * film);
    light += mix(vec3(0.7, 0.9, 1.0), COPPER, film) * gloss * grown * (0.5 + 1.5 * snare + 0.8 * treble) * power;
    light += COPPER * fire * 0.5 * here.w * here.w;
    vec2 grid = at * 90.0 + 400.0, drawn = lot(floor(grid)), off = fract(grid) - 0.3 - 0.4 * drawn;
    light += COPPER * step(0.96, drawn.x) * max(1.0 - 20.0 * dot(off, off), 0.0) * lit * (0.06 + 4.0 * hat * drawn.y);
    color = vec4(turned(light, hue), 1.0);
}
