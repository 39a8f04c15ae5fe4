#version 330 core
/*
about:  one triangle that covers the picture, and the window that chroma is smoothed in
*/
uniform sampler2D fit;

out vec2 uv;
flat out float radius;

#include "lib/screen.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen();
    radius = window(4.0 * float(textureSize(fit, 0).y));
}
