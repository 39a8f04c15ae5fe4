#version 330 core
/*
about:  the detail of the scene's luma: what a Gaussian blur removes
reads:  quads, blur_x, scene (its size)
writes: rgba16f, four pixels: from the lower left rightwards, then upwards
*/
uniform sampler2D quads;
uniform sampler2D blur_x;
uniform sampler2D scene;

out vec4 color;

#include "lib/pack_pair.glsl"

vec4 luma(sampler2D quads, ivec2 at) {
    return texelFetch(quads, at, 0);
}

#include "show/stable/gaussian.glsl"

void main() {
    vec4 sharp = unpack_first(texelFetch(quads, ivec2(gl_FragCoord.xy), 0));
    color = sharp - gaussian(blur_x, ivec2(0, 1), textureSize(scene, 0).y).rbga;
}
