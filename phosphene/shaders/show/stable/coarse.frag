#version 330 core
/*
about:  pixels as far from grey as four thresholds
reads:  pairs, scene (its size)
writes: rgba32f, as show/stable/counted.glsl has it
*/
out vec4 color;

#include "show/stable/counted.glsl"

void main() {
    color = counted(vec4(0.0, 0.54, 1.0, 0.0));  // green and magenta lie at 0.534
}
