#version 330 core
/*
about:  full-screen vertex shader with four taps that spread as far as the window of the fit
*/
uniform sampler2D fit;

out vec2 uv;
flat out vec2 tap;

#include "lib/screen_triangle.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen_triangle();
    vec2 size = vec2(textureSize(fit, 0));
    tap = window_radius(4.0 * size.y) * 2.0 / 3.0 / size;
}
