#version 330 core
/*
about:  full-screen vertex shader with the values that are the same in every cell
reads:  seeds
writes: uv; position of a seed, 1 while it is planted, and the grown share; strength of a kick's wave, and how far it
        has travelled, in heights
*/
const float GLOW = 0.16;  // seconds in which a kick fades to 1/e

uniform sampler2D seeds;
uniform float shock;  // 0.6 in 0..1: strength of the wave that a kick sends through the stone
uniform float kick;

out vec2 uv;
flat out vec2 seed_at;
flat out float seed;
flat out float grown;
flat out vec2 wave;

#include "lib/screen_triangle.glsl"

void main() {
    uv = screen_triangle();
    vec4 state = texelFetch(seeds, ivec2(0), 0);
    seed_at = state.xy;
    seed = step(state.z, 0.06);
    grown = state.w;
    wave = vec2(shock * step(0.02, kick) * pow(kick, 0.3), -0.9 * GLOW * log(max(kick, 0.01)));
}
