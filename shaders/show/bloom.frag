#version 330 core
/*
about: what is bright shines beyond its edges
passes:
  - {name: bright, scale: 0.25}
  - {name: eighth, fragment: show/bloom/down.frag, samplers: {larger: bright}, scale: 0.125}
  - {name: sixteenth, fragment: show/bloom/down.frag, samplers: {larger: eighth}, scale: 0.0625}
  - {name: least, fragment: show/bloom/down.frag, samplers: {larger: sixteenth}, scale: 0.03125}
  - {name: far, fragment: show/bloom/up.frag, samplers: {smaller: least, alike: sixteenth}, scale: 0.0625}
  - {name: middle, fragment: show/bloom/up.frag, samplers: {smaller: far, alike: eighth}, scale: 0.125}
  - {name: glow, fragment: show/bloom/up.frag, samplers: {smaller: middle, alike: bright}, scale: 0.25}
*/
uniform sampler2D picture;
uniform sampler2D glow;
uniform float amount;  // 0.6 in 0..3: of the glow

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    color = vec4(finite(texture(picture, uv).rgb) + amount * texture(glow, uv).rgb, 1.0);
}
