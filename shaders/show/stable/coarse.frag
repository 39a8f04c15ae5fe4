#version 330 core
/*
about:  pixels as far from grey as four thresholds
reads:  pairs, scene (its size)
writes: rgba32f, as show/stable/counted.glsl has it
*/
uniform sampler2D pairs;
uniform sampler2D scene;

out vec4 color;

#include "show/stable/counted.glsl"

void main() {
    ivec2 size = textureSize(scene, 0);
    color = counted(pairs, vec4(0.0, 0.54, size.x * size.y, 0.0));  // green and magenta lie at 0.534
}
