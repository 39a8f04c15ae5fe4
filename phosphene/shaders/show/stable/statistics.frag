#version 330 core
/*
about:  statistics of the light and of the scene, smoothed over time
reads:  light_sums, scene_sums, counts, statistics (one frame ago)
writes: rgba32f, five pixels: means of Y - 0.5, Cb, Cr and of their squares, for the light, then for the scene; then the
        distance from grey that two of a hundred pixels of the scene exceed
*/
const float FOLLOW = 0.3;  // seconds; a match that jumps with each flash would flicker

uniform sampler2D light_sums;
uniform sampler2D scene_sums;
uniform sampler2D counts;
uniform sampler2D statistics;
uniform float dt;  // seconds since the last frame

out vec4 color;

#include "show/stable/find_fifth.glsl"

vec3 mean(sampler2D sums, int row) {
    vec4 sum = vec4(0.0);
    for (int column = 0; column < COLUMNS; ++column) {
        sum += texelFetch(sums, ivec2(column, row), 0) + texelFetch(sums, ivec2(column, row + 1), 0);
    }
    return sum.rgb / sum.a;
}

vec3 chroma_knee() {
    vec4 bracket = find_fifth(counts);
    float share = (bracket.z - SHARE_BEYOND) / max(bracket.z - bracket.w, 1e-9);
    return vec3(bracket.x + bracket.y * clamp(share, 0.0, 1.0));
}

void main() {
    int at = int(gl_FragCoord.x);
    vec3 now = at < 2 ? mean(light_sums, 2 * at) : at < 4 ? mean(scene_sums, 2 * at - 4) : chroma_knee();
    vec4 before = texelFetch(statistics, ivec2(at, 0), 0);
    bool valid = before.a == 1.0 && before == before;
    color = vec4(valid ? mix(now, before.rgb, exp(-dt / FOLLOW)) : now, 1.0);
}
