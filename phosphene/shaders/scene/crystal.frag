#version 330 core
/*
about: a dark mineral that grows along its grain, lit from a side; onsets seed it, kicks run through it
passes:
  - {name: seeds, size: [1, 1], precise: true}
  - {name: bed, size: [64, 32], wrap: true, rate: 30}
  - {name: cell, vertex: scene/crystal/cell.vert, size: [256, 128], precise: true, wrap: true, rate: 120}
  - {name: relief, size: [256, 128], wrap: true}
vertex: scene/crystal/crystal.vert
*/
uniform sampler2D relief;
uniform float spectral_centroid;
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

#include "lib/hash2.glsl"
#include "lib/fast_sine.glsl"

void main() {
    vec2 at = (uv - 0.5) * vec2(aspect, 1.0) * (1.0 - 0.015 * pulse);
    vec4 here = texture(relief, at * vec2(0.5, 1.0) + 0.5);
    float growth_mask = smoothstep(0.05, 0.3, here.z);
    vec3 normal = normalize(vec3(-steep * here.xy, 1.0)),
        lamp = normalize(vec3(0.8 * side - 0.5 * at, 0.55 - 0.2 * kick));
    float lit = max(dot(normal, lamp), 0.0), gloss = max(dot(normal, normalize(lamp + vec3(0.0, 0.0, 1.0))), 0.0);
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss;
    float film = 0.5 + 0.5 * fast_sine(1.4 * here.z + dot(0.45 * normal.xy + 0.3 * at, side) + 0.5 * spectral_centroid
        + travel);
    vec3 light = slate[0] + slate[1] * lit + stone[0] * 0.03 * (1.0 - growth_mask);
    light += mix(stone[0], stone[1], film) * (growth_mask * lit * (0.2 + 0.8 * film * film));
    light += mix(shine[0], shine[1], film) * (gloss * growth_mask);
    light += hot * (here.w * here.w);
    vec2 grid = at * 90.0 + 400.0, random_cell = hash2(floor(grid)), offset = fract(grid) - 0.3 - 0.4 * random_cell;
    light += speck * (step(0.96, random_cell.x) * max(1.0 - 20.0 * dot(offset, offset), 0.0) * lit
        * (0.06 + 4.0 * hat * random_cell.y));
    color = vec4(light, 1.0);
}
