#version 330 core
/*
about:  the height in the picture that each row of the land reaches
reads:  land, mood
writes: that, in heights of the picture; height of the land; light on its crest
*/
uniform sampler2D land;
uniform sampler2D mood;
uniform float relief;  // 1 in 0..2: height of the land
uniform float bar;
uniform float bass;
uniform float snare;

in vec2 uv;
out vec4 color;

#include "scene/strata/perspective.glsl"

void main() {
    float row = gl_FragCoord.y - 0.5, progress = texelFetch(land, ivec2(0), 0).a;
    float distance = row_depth(row + progress), beat = texelFetch(mood, ivec2(0), 0).w;
    float x = 0.5 + (uv.x - 0.5 + 0.02 * sin(6.2831853 * bar) / distance) * sqrt(distance / MAX_DEPTH);
    vec4 here = texture(land, vec2(x, (row + 0.5) / ROWS));
    float swell = 1.0 + 0.4 * bass * exp(-0.4 * (row + progress));
    float height = relief * swell * here.r * clamp(min(row + progress, ROWS - row - progress), 0.0, 1.0);
    float drum_light = here.g * here.g * (0.3 + here.b) + 0.5 * snare * here.b;
    color = vec4(ground_height(distance) - 0.02 * beat / distance + row_scale(distance) * height, height,
        0.12 + here.b * here.b + 2.5 * drum_light, 1.0);
}
