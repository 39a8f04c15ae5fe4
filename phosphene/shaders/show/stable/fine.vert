#version 330 core
/*
about:  one triangle that covers the picture, and the bracket to look at more closely
reads:  counts
*/
uniform sampler2D counts;

out vec2 uv;
flat out vec4 bracket;

#include "lib/screen.glsl"
#include "show/stable/fifth.glsl"

void main() {
    uv = screen();
    bracket = fifth(counts);
}
