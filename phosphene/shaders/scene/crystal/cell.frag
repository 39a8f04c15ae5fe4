#version 330 core
/*
about:  what feeds and what grows on it (Gray and Scott), on a torus, along a grain, held between too little and too much
reads:  cell (this pass, one step ago), bed
writes: what feeds, what grows, 0..1; how hot that made it, 0..2
*/
const float SIDE = 128.0;   // cells in a height
const float NEAR = 0.8;     // cells; with more, neighbours would take turns
const float LEAST = 0.004;  // of all there is; with less it is sown anew

uniform sampler2D cell;
uniform sampler2D bed;
uniform float form;    // 0.5 in 0..1: from grains over veins to coral
uniform float growth;  // 1 in 0.4..1.3: how much of the stone it takes
uniform float grain;   // 0.6 in 0..1: that veins follow
uniform float level;
uniform float pulse;
uniform float dt;
uniform vec4 lots;

in vec2 uv;
flat in vec2 sown;
flat in float seed;
flat in float full;
flat in vec2 wave;
out vec4 color;

#include "lib/lot.glsl"

vec2 around(vec2 size, vec2 way) {
    vec2 fore = NEAR * way / size, side = vec2(-fore.y * size.y, fore.x * size.x) / size;
    vec2 ahead = texture(cell, uv + fore).rg + texture(cell, uv - fore).rg;
    vec2 beside = texture(cell, uv + side).rg + texture(cell, uv - side).rg;
    return 0.25 * mix(ahead + beside, 2.0 * ahead, 0.6 * grain);
}

vec2 lived(vec2 here, vec2 spread, float varied) {
    float feed = mix(0.028, 0.054, clamp(form + 0.15 * varied, 0.0, 1.0));
    float much = clamp(0.05 * (full - growth * (0.16 + 0.06 * level)), -0.0014, 0.005);
    float kill = 0.5 * sqrt(feed) - feed + 0.0008 + much - 0.002 * pulse, eaten = here.r * here.g * here.g;
    vec2 next = here + vec2(spread.r - eaten + feed * (1.0 - here.r), 0.5 * spread.g + eaten - (feed + kill) * here.g);
    return mix(vec2(1.0, 0.0), clamp(next, 0.0, 1.0), equal(next, next));
}

float sows(vec2 size) {
    vec2 to = uv - sown;
    to = (to - floor(to + 0.5)) * size / SIDE;
    return seed * smoothstep(0.035, 0.01, length(to));
}

float struck(vec2 size) {
    float out_by = length((uv - 0.5) * size / SIDE) - wave.y;
    return wave.x * exp(-400.0 * out_by * out_by);
}

void main() {
    vec2 size = vec2(textureSize(cell, 0));
    vec4 here = texelFetch(cell, ivec2(gl_FragCoord.xy), 0), under = texture(bed, uv);
    bool nothing = !(here.r + here.g > 1e-3);
    float shaken = struck(size);
    vec2 next = nothing ? vec2(1.0, 0.0) : lived(here.rg, around(size, under.rg) - here.rg, under.b);
    next = mix(next, vec2(0.4, 0.5), sows(size));
    next.g *= 1.0 - 0.012 * shaken;
    if (nothing || full < LEAST) {
        next = lot(floor(gl_FragCoord.xy / 8.0) + floor(97.0 * lots.zw)).x > 0.9 ? vec2(0.5, 0.4) : next;
    }
    float heat = max(max(30.0 * (next.g - here.g), 4.0 * shaken * here.g), here.b * exp(-dt / 0.4));
    color = vec4(next, heat > 0.0 ? min(heat, 2.0) : 0.0, 1.0);
}
