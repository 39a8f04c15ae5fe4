#version 330 core
/*
about:  the delay of each column, from the bass outward, by the loudness of its band and its neighbours
reads:  bands (0..1), tick, delay (this pass, one frame ago)
writes: the smoothed loudness 0..1; the corner of the tile to show; 1 where the column is delayed at all
*/
const float FOLLOW = 0.10;  // seconds

uniform sampler2D bands;
uniform sampler2D tick;
uniform sampler2D delay;
uniform float slit;  // 0.7 in 0..1: delay of loud bands
uniform float span;  // 0.8 in 0.1..0.95 s: length of the past that is shown
uniform float dt;

in vec2 uv;
out vec4 color;

#include "scene/camera/history_tiles.glsl"

void main() {
    float sum = 0.0;
    for (int neighbour = -2; neighbour <= 2; neighbour++) {
        sum += texture(bands, vec2(0.03 + 0.9 * uv.x + 0.02 * float(neighbour), 0.5)).r;
    }
    float before = texelFetch(delay, ivec2(gl_FragCoord.xy), 0).r, now = 0.04 * sum * sum;
    now = mix(before >= 0.0 && before <= 1.0 ? before : now, now, 1.0 - exp(-dt / FOLLOW));
    float now_tick = texelFetch(tick, ivec2(0), 0).r;
    float ticks = floor(slit * span * TICKS * now + 0.5);
    color = vec4(now, tile_corner((now_tick >= 0.0 && now_tick < TILES * TILES ? now_tick : 0.0) - ticks),
        step(0.5, ticks));
}
