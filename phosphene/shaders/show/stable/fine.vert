#version 330 core
/*
about:  full-screen vertex shader with the bracket to search next
reads:  counts
*/
uniform sampler2D counts;

out vec2 uv;
flat out vec4 bracket;

#include "lib/screen_triangle.glsl"
#include "show/stable/find_fifth.glsl"

void main() {
    uv = screen_triangle();
    bracket = find_fifth(counts);
}
