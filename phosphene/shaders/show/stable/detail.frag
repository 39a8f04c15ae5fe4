#version 330 core
/*
about:  what a Gaussian takes away from the luma of the scene
reads:  pairs, across, scene (its size)
writes: rgba16f, four pixels: from the lower left rightwards, then upwards
*/
uniform sampler2D pairs;
uniform sampler2D across;
uniform sampler2D scene;

out vec4 color;

#include "lib/pair.glsl"

vec4 luma(sampler2D fours, ivec2 at) {
    return texelFetch(fours, at, 0);
}

#include "show/stable/bell.glsl"

void main() {
    vec4 sharp = first(texelFetch(pairs, ivec2(gl_FragCoord.xy), 0));
    color = sharp - bell(across, ivec2(0, 1), textureSize(scene, 0).y).rbga;
}
