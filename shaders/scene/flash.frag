#version 330 core
/*
about:  white while there is light, for measuring
reads:  light (linear, one pixel)
writes: what a screen shows
*/
uniform sampler2D light;

out vec4 color;

#include "post/display.glsl"

void main() {
    color = display(texelFetch(light, ivec2(0), 0).rgb);
}
