#version 330 core
/*
about:  all of the picture
writes: uv, 0..1 from the lower left corner
*/
out vec2 uv;

#include "lib/screen.glsl"

void main() {
    uv = screen();
}
