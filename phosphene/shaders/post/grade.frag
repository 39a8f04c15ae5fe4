#version 330 core
/*
about: a graded picture, before it is mixed with another
still: [[chroma_shift, tone, grain]]
*/
in vec2 uv;
out vec4 color;

#include "lib/grade.glsl"

void main() {
    color = vec4(grade(uv), 1.0);
}
