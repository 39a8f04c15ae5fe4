#version 330 core
/*
about: what a screen shows of a picture, with no more than three flashes a second
passes:
  - {name: sight, size: [48, 27], precise: true, still: [[chroma_shift, tone, grain]]}
  - {name: fields, size: [17, 7], precise: true}
  - {name: limit, size: [48, 27], precise: true}
still: [[chroma_shift, tone, grain], [vignette], [held]]
*/
uniform sampler2D limit;
uniform float held;      // 0 where limit holds nothing back
uniform float blackout;  // 0 in 0..1: the stage goes dark

in vec2 uv;
out vec4 color;

#include "lib/grade.glsl"
#include "lib/display.glsl"

void main() {
    color = display(grade(uv) * ((1.0 - blackout) * (1.0 - held * texture(limit, uv).a)));
}
