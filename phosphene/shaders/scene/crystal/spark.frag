#version 330 core
/*
about:  where the last onset put a seed, and how long ago; and how much has grown
reads:  spark (this pass, one frame ago), cell
writes: place, 0..1; seconds; mean of what has grown
*/
uniform sampler2D spark;
uniform sampler2D cell;
uniform float hit;
uniform float minute;
uniform float dt;
uniform vec4 lots;

out vec4 color;

#include "lib/lot.glsl"

void main() {
    float grown = 0.0;
    for (int tap = 0; tap < 128; tap++) {
        grown += texelFetch(cell, 16 * ivec2(tap % 16, tap / 16) + 8, 0).g;
    }
    vec4 before = texelFetch(spark, ivec2(0), 0);
    before = mix(vec4(0.5, 0.5, 1.0, 0.0), clamp(before, 0.0, 8.0), equal(before, before));
    vec2 next = lot(vec2(floor(6000.0 * minute), floor(997.0 * lots.x)));
    color = hit > 0.5 ? vec4(next, 0.0, 0.0) : vec4(before.xy, min(before.z + dt, 8.0), 0.0);
    color.w = mix(before.w, grown > 0.0 ? min(grown / 128.0, 1.0) : 0.0, 1.0 - exp(-dt / 0.5));
}
