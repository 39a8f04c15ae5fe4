#version 330 core
/*
about:  luma of the scene, blurred from side to side
reads:  pairs, scene (its size)
writes: rgba32f, four pixels: from the lower left upwards, then rightwards
*/
uniform sampler2D pairs;
uniform sampler2D scene;

out vec4 color;

#include "lib/pair.glsl"

vec4 luma(sampler2D fours, ivec2 at) {
    return first(texelFetch(fours, at, 0));
}

#include "show/stable/bell.glsl"

void main() {
    color = bell(pairs, ivec2(1, 0), textureSize(scene, 0).x).rbga;
}
