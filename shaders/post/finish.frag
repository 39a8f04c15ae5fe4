#version 330 core
/*
about: what a screen shows of a picture
*/
uniform float blackout;  // 0 in 0..1: the stage goes dark

in vec2 uv;
out vec4 color;

#include "lib/grade.glsl"
#include "lib/display.glsl"

void main() {
    color = display(grade(uv) * (1.0 - blackout));
}
