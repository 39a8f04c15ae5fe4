#version 330 core
/*
about:  first step of the search for a chroma threshold: counts the pixels beyond four thresholds
reads:  quads, scene (its size)
writes: rgba32f, see show/stable/count_above.glsl
*/
out vec4 color;

#include "show/stable/count_above.glsl"

void main() {
    color = count_above(vec4(0.0, 0.54, 1.0, 0.0));  // green and magenta, the farthest, lie at 0.534
}
