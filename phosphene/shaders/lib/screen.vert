#version 330 core
/*
about:  vertex shader of every full-screen pass
writes: uv, 0..1 from the lower left corner
*/
out vec2 uv;

#include "lib/screen_triangle.glsl"

void main() {
    uv = screen_triangle();
}
