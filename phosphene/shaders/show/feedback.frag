#version 330 core
/*
about: light lingers and is drawn into a tunnel; it never grows brighter than it was
passes:
  - {name: history, vertex: show/feedback/history.vert, scale: 0.5, precise: true}
*/
uniform sampler2D picture;
uniform sampler2D history;
uniform float amount;  // 0.6 in 0..1: strength of the lingering light

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    color = vec4(max(finite(texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb), amount * texture(history, uv).rgb),
        1.0);
}
