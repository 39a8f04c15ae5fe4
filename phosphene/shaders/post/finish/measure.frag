#version 330 core
/*
about:  flash measurement of the graded picture
reads:  picture, limit (one frame ago)
writes: see lib/measure_flashes.glsl
*/
out vec4 color;

#include "lib/grade.glsl"
#define PICTURE grade
#include "lib/measure_flashes.glsl"

void main() {
    color = measure_flashes();
}
