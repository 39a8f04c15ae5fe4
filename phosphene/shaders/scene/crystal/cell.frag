#version 330 core
/*
about:  reaction and diffusion of Gray and Scott on a torus, along a grain, kept between too little and too much growth
reads:  cell (this pass, one step ago), bed
writes: substrate and growth, 0..1; heat from recent growth, 0..2
*/
const float SIDE = 128.0;       // cells per height
const float SPACING = 0.8;      // in cells; a wider spacing makes neighbours oscillate
const float MIN_GROWN = 0.004;  // share of the whole; below it, the growth is seeded again

uniform sampler2D cell;
uniform sampler2D bed;
uniform float form;    // 0.5 in 0..1: from grains through veins to coral
uniform float growth;  // 1 in 0.4..1.3: target share of the stone that is grown
uniform float grain;   // 0.6 in 0..1: how closely veins follow the grain
uniform float level;
uniform float pulse;
uniform float dt;
uniform vec4 random;

in vec2 uv;
flat in vec2 seed_at;
flat in float seed;
flat in float grown;
flat in vec2 wave;
out vec4 color;

#include "lib/hash2.glsl"

vec2 neighbours(vec2 size, vec2 direction) {
    vec2 forward = SPACING * direction / size, sideways = vec2(-forward.y * size.y, forward.x * size.x) / size;
    vec2 ahead = texture(cell, uv + forward).rg + texture(cell, uv - forward).rg;
    vec2 beside = texture(cell, uv + sideways).rg + texture(cell, uv - sideways).rg;
    return 0.25 * mix(ahead + beside, 2.0 * ahead, 0.6 * grain);
}

vec2 react(vec2 here, vec2 spread, float variation) {
    float feed = mix(0.028, 0.054, clamp(form + 0.15 * variation, 0.0, 1.0));
    float correction = clamp(0.05 * (grown - growth * (0.16 + 0.06 * level)), -0.0014, 0.005);
    float kill = 0.5 * sqrt(feed) - feed + 0.0008 + correction - 0.002 * pulse, eaten = here.r * here.g * here.g;
    vec2 next = here + vec2(spread.r - eaten + feed * (1.0 - here.r), 0.5 * spread.g + eaten - (feed + kill) * here.g);
    return mix(vec2(1.0, 0.0), clamp(next, 0.0, 1.0), equal(next, next));
}

float seed_mask(vec2 size) {
    vec2 offset = uv - seed_at;
    offset = (offset - floor(offset + 0.5)) * size / SIDE;
    return seed * smoothstep(0.035, 0.01, length(offset));
}

float shock_wave(vec2 size) {
    float distance = length((uv - 0.5) * size / SIDE) - wave.y;
    return wave.x * exp(-400.0 * distance * distance);
}

void main() {
    vec2 size = vec2(textureSize(cell, 0));
    vec4 here = texelFetch(cell, ivec2(gl_FragCoord.xy), 0), bed_here = texture(bed, uv);
    bool empty = !(here.r + here.g > 1e-3);
    float shock = shock_wave(size);
    vec2 next = empty ? vec2(1.0, 0.0) : react(here.rg, neighbours(size, bed_here.rg) - here.rg, bed_here.b);
    next = mix(next, vec2(0.4, 0.5), seed_mask(size));
    next.g *= 1.0 - 0.012 * shock;
    if (empty || grown < MIN_GROWN) {
        next = hash2(floor(gl_FragCoord.xy / 8.0) + floor(97.0 * random.zw)).x > 0.9 ? vec2(0.5, 0.4) : next;
    }
    float heat = max(max(30.0 * (next.g - here.g), 4.0 * shock * here.g), here.b * exp(-dt / 0.4));
    color = vec4(next, heat > 0.0 ? min(heat, 2.0) : 0.0, 1.0);
}
