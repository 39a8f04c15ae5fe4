#version 330 core
/*
about:  one triangle that covers the picture, and four taps that spread as far as the window of the fit
*/
uniform sampler2D fit;

out vec2 uv;
flat out vec2 tap;

#include "lib/screen.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen();
    vec2 size = vec2(textureSize(fit, 0));
    tap = window(4.0 * size.y) * 2.0 / 3.0 / size;
}
