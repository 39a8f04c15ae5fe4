#version 330 core
/*
about: a transition between two pictures as the screen shows it, with at most three flashes a second
passes:
  - {name: measure, size: [48, 27], precise: true}
*/
uniform sampler2D limit;
uniform float blackout;  // 0 in 0..1: fades the stage to black

in vec2 uv;
out vec4 color;

#include "lib/transition.glsl"
#include "lib/display.glsl"

void main() {
    color = display(transition(uv) * ((1.0 - blackout) * (1.0 - texture(limit, uv).a)));
}
