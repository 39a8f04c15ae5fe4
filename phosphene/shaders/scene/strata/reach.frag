#version 330 core
/*
about:  how high up the picture each row of the land reaches
reads:  land, mood
writes: that, in heights of the picture; its height; the light on its crest
*/
uniform sampler2D land;
uniform sampler2D mood;
uniform float relief;  // 1 in 0..2: how high the land stands
uniform float bar;
uniform float bass;
uniform float snare;

in vec2 uv;
out vec4 color;

#include "scene/strata/view.glsl"

void main() {
    float row = gl_FragCoord.y - 0.5, way = texelFetch(land, ivec2(0), 0).a;
    float far = depth(row + way), beat = texelFetch(mood, ivec2(0), 0).w;
    float x = 0.5 + (uv.x - 0.5 + 0.02 * sin(6.2831853 * bar) / far) * sqrt(far / FAR);
    vec4 here = texture(land, vec2(x, (row + 0.5) / ROWS));
    float heave = 1.0 + 0.4 * bass * exp(-0.4 * (row + way));
    float height = relief * heave * here.r * clamp(min(row + way, ROWS - row - way), 0.0, 1.0);
    float lit = here.g * here.g * (0.3 + here.b) + 0.5 * snare * here.b;
    color = vec4(ground(far) - 0.02 * beat / far + tall(far) * height, height, 0.12 + here.b * here.b + 2.5 * lit, 1.0);
}
