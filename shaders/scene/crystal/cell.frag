#version 330 core
/*
about:  what feeds and what grows on it (Gray and Scott), on a torus, along a grain, held between too little and too much
reads:  cell (this pass, one step ago), spark
writes: what feeds, what grows, 0..1; how hot that made it, 0..2
*/
const float TURN = 6.2831853;
const float SIDE = 128.0;   // cells in a height
const float NEAR = 0.8;     // cells; with more, neighbours would take turns
const float LEAST = 0.004;  // of all there is; with less it is sown anew
const float GLOW = 0.16;    // seconds in which a kick fades to 1/e

uniform sampler2D cell;
uniform sampler2D spark;
uniform float form;    // 0.5 in 0..1: from grains over veins to coral
uniform float growth;  // 1 in 0.4..1.3: how much of the stone it takes
uniform float grain;   // 0.6 in 0..1: that veins follow
uniform float shock;   // 0.6 in 0..1: by which a kick runs through the stone
uniform float kick;
uniform float level;
uniform float pulse;
uniform float minute;
uniform float dt;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "lib/lot.glsl"

vec2 along() {
    vec2 wave = TURN * (uv * vec2(2.0, 1.0) + lots.xy) + vec2(TURN * minute, -TURN * minute);
    vec2 way = vec2(sin(wave.y + 0.8 * sin(wave.x)), -sin(wave.x + 0.8 * sin(wave.y + TURN * lots.z)));
    return way / max(length(way), 0.3);
}

vec2 around(vec2 size) {
    vec2 fore = NEAR * along() / size, side = vec2(-fore.y * size.y, fore.x * size.x) / size;
    vec2 ahead = texture(cell, uv + fore).rg + texture(cell, uv - fore).rg;
    vec2 beside = texture(cell, uv + side).rg + texture(cell, uv - side).rg;
    return 0.25 * mix(ahead + beside, 2.0 * ahead, 0.6 * grain);
}

vec2 lived(vec2 here, vec2 spread, float grown) {
    vec2 wave = TURN * (vec2(uv.x + uv.y, uv.x - 2.0 * uv.y) + vec2(2.0, -3.0) * minute + lots.xy);
    float feed = mix(0.028, 0.054, clamp(form + 0.15 * (sin(wave.x) + sin(wave.y)), 0.0, 1.0));
    float much = clamp(0.05 * (grown - growth * (0.16 + 0.06 * level)), -0.0014, 0.005);
    float kill = 0.5 * sqrt(feed) - feed + 0.0008 + much - 0.002 * pulse, eaten = here.r * here.g * here.g;
    vec2 next = here + vec2(spread.r - eaten + feed * (1.0 - here.r), 0.5 * spread.g + eaten - (feed + kill) * here.g);
    return mix(vec2(1.0, 0.0), clamp(next, 0.0, 1.0), equal(next, next));
}

float seed(vec2 size, vec4 told) {
    vec2 to = uv - told.xy;
    to = (to - floor(to + 0.5)) * size / SIDE;
    return step(told.z, 0.06) * smoothstep(0.035, 0.01, length(to));
}

float struck(vec2 size) {
    float out_by = length((uv - 0.5) * size / SIDE) + 0.9 * GLOW * log(max(kick, 0.01));
    return shock * step(0.02, kick) * pow(kick, 0.3) * exp(-400.0 * out_by * out_by);
}

void main() {
    vec2 size = vec2(textureSize(cell, 0));
    vec4 told = texelFetch(spark, ivec2(0), 0), here = texelFetch(cell, ivec2(gl_FragCoord.xy), 0);
    bool nothing = !(here.r + here.g > 1e-3);
    float shaken = struck(size);
    vec2 next = nothing ? vec2(1.0, 0.0) : lived(here.rg, around(size) - here.rg, told.w);
    next = mix(next, vec2(0.4, 0.5), seed(size, told));
    next.g *= 1.0 - 0.012 * shaken;
    if (nothing || told.w < LEAST) {
        next = lot(floor(gl_FragCoord.xy / 8.0) + floor(97.0 * lots.zw)).x > 0.9 ? vec2(0.5, 0.4) : next;
    }
    float heat = max(max(30.0 * (next.g - here.g), 4.0 * shaken * here.g), here.b * exp(-dt / 0.4));
    color = vec4(next, heat > 0.0 ? min(heat, 2.0) : 0.0, 1.0);
}
