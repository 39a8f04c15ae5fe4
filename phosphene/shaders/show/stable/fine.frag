#version 330 core
/*
about:  a further step of the search for a chroma threshold, within a fifth of the bracket before
reads:  quads, scene (its size)
writes: rgba32f, see show/stable/count_above.glsl
*/
flat in vec4 bracket;
out vec4 color;

#include "show/stable/count_above.glsl"

void main() {
    color = count_above(bracket);
}
