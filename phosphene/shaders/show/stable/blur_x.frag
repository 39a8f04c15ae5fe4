#version 330 core
/*
about:  luma of the scene, blurred horizontally
reads:  quads, scene (its size)
writes: rgba32f, four pixels: from the lower left upwards, then rightwards
*/
uniform sampler2D quads;
uniform sampler2D scene;

out vec4 color;

#include "lib/pack_pair.glsl"

vec4 luma(sampler2D quads, ivec2 at) {
    return unpack_first(texelFetch(quads, at, 0));
}

#include "show/stable/gaussian.glsl"

void main() {
    color = gaussian(quads, ivec2(1, 0), textureSize(scene, 0).x).rbga;
}
