#version 330 core
/*
about:  position and age of the last seed, which an onset plants; and the grown share
reads:  seeds (this pass, one frame ago), cell
writes: position, 0..1; seconds; mean growth
*/
uniform sampler2D seeds;
uniform sampler2D cell;
uniform float hit;
uniform float minute;
uniform float dt;
uniform vec4 random;

out vec4 color;

#include "lib/hash2.glsl"

void main() {
    float grown = 0.0;
    for (int tap = 0; tap < 128; tap++) {
        grown += texelFetch(cell, 16 * ivec2(tap % 16, tap / 16) + 8, 0).g;
    }
    vec4 before = texelFetch(seeds, ivec2(0), 0);
    before = mix(vec4(0.5, 0.5, 1.0, 0.0), clamp(before, 0.0, 8.0), equal(before, before));
    vec2 next = hash2(vec2(floor(6000.0 * minute), floor(997.0 * random.x)));
    color = hit > 0.5 ? vec4(next, 0.0, 0.0) : vec4(before.xy, min(before.z + dt, 8.0), 0.0);
    color.w = mix(before.w, grown > 0.0 ? min(grown / 128.0, 1.0) : 0.0, 1.0 - exp(-dt / 0.5));
}
