#version 330 core
/*
about: a picture as the screen shows it, with at most three flashes a second
passes:
  - {name: measure, size: [48, 27], precise: true, still: [[chroma_shift, tone, grain]]}
  - {name: fields, size: [17, 7], precise: true}
  - {name: limit, size: [48, 27], precise: true}
still: [[chroma_shift, tone, grain], [vignette], [limiting]]
*/
uniform sampler2D limit;
uniform float limiting;  // 0 while the limiter darkens nothing
uniform float blackout;  // 0 in 0..1: fades the stage to black

in vec2 uv;
out vec4 color;

#include "lib/grade.glsl"
#include "lib/display.glsl"

void main() {
    color = display(grade(uv) * ((1.0 - blackout) * (1.0 - limiting * texture(limit, uv).a)));
}
