#version 330 core
/*
about: a dark mineral that grows along its grain, lit from a side; onsets seed it, kicks run through it
passes:
  - {name: spark, size: [1, 1], precise: true}
  - {name: bed, size: [64, 32], wrap: true, rate: 30}
  - {name: cell, vertex: scene/crystal/cell.vert, size: [256, 128], precise: true, wrap: true, rate: 120}
  - {name: relief, size: [256, 128], wrap: true}
vertex: scene/crystal/crystal.vert
*/
uniform sampler2D relief;
uniform float centre;
uniform float kick;
uniform float hat;
uniform float pulse;
uniform float travel;
uniform float aspect;

in vec2 uv;
flat in vec2 side;
flat in float steep;
flat in mat2x3 slate;
flat in mat2x3 stone;
flat in mat2x3 shine;
flat in vec3 hot;
flat in vec3 speck;
out vec4 color;

#include "lib/lot.glsl"
#include "lib/swing.glsl"

void main() {
    vec2 at = (uv - 0.5) * vec2(aspect, 1.0) * (1.0 - 0.015 * pulse);
    vec4 here = texture(relief, at * vec2(0.5, 1.0) + 0.5);
    float grown = smoothstep(0.05, 0.3, here.z);
    vec3 normal = normalize(vec3(-steep * here.xy, 1.0)), lamp = normalize(vec3(0.8 * side - 0.5 * at, 0.55 - 0.2 * kick));
    float lit = max(dot(normal, lamp), 0.0), gloss = max(dot(normal, normalize(lamp + vec3(0.0, 0.0, 1.0))), 0.0);
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    float film = 0.5 + 0.5 * swing(1.4 * here.z + dot(0.45 * normal.xy + 0.3 * at, side) + 0.5 * centre + travel);
    vec3 light = slate[0] + slate[1] * lit + stone[0] * 0.03 * (1.0 - grown);
    light += mix(stone[0], stone[1], film) * (grown * lit * (0.2 + 0.8 * film * film));
    light += mix(shine[0], shine[1], film) * (gloss * grown);
    light += hot * (here.w * here.w);
    vec2 grid = at * 90.0 + 400.0, drawn = lot(floor(grid)), off = fract(grid) - 0.3 - 0.4 * drawn;
    light += speck * (step(0.96, drawn.x) * max(1.0 - 20.0 * dot(off, off), 0.0) * lit * (0.06 + 4.0 * hat * drawn.y));
    color = vec4(light, 1.0);
}
