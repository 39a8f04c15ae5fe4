#version 330 core
/*
about:  energy of each region: the loudness of its part of the spectrum, with a fast attack and a slow release
reads:  energy (this pass, one step ago), bands
writes: 0..1
*/
const float RISE = 0.05, FALL = 0.5;  // time constants in seconds

uniform sampler2D energy;
uniform sampler2D bands;
uniform float depth;  // 7 in 3..9: depth of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float dt;

out vec4 color;

#include "lib/golden_section.glsl"
#include "lib/finite_state.glsl"

void main() {
    int leaf = int(gl_FragCoord.x);
    float part = (float(leaf) + 0.5) / float(FIBONACCI[int(depth + 0.5)]);
    float loudness = texture(bands, vec2(min(part, 1.0), 0.5)).r,
        last = finite_state(texelFetch(energy, ivec2(leaf, 0), 0)).r;
    color = vec4(mix(last, loudness, 1.0 - exp(-dt / (loudness > last ? RISE : FALL))));
}
