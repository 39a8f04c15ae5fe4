#version 330 core
/*
about:  pixels as far from grey as four thresholds in a fifth of the bracket before
reads:  pairs
writes: rgba32f, as show/stable/counted.glsl has it
*/
uniform sampler2D pairs;

flat in vec4 bracket;
out vec4 color;

#include "show/stable/counted.glsl"

void main() {
    color = counted(pairs, bracket);
}
