#version 330 core
/*
about: what a screen shows of two pictures, one of which takes the other's place
passes:
  - {name: sight, size: [48, 27], precise: true}
*/
uniform sampler2D limit;
uniform float blackout;  // 0 in 0..1: the stage goes dark

in vec2 uv;
out vec4 color;

#include "lib/mixed.glsl"
#include "lib/display.glsl"

void main() {
    color = display(mixed(uv) * ((1.0 - blackout) * (1.0 - texture(limit, uv).a)));
}
