#version 330 core
/*
about:  pixels as far from grey as four thresholds in a fifth of the bracket before
reads:  pairs, scene (its size)
writes: rgba32f, as show/stable/counted.glsl has it
*/
flat in vec4 bracket;
out vec4 color;

#include "show/stable/counted.glsl"

void main() {
    color = counted(bracket);
}
