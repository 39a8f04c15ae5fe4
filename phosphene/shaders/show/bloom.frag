#version 330 core
/*
about: what is bright shines beyond its edges
passes:
  - {name: bright, scale: 0.25}
  - {name: near, fragment: show/bloom/gather.frag, samplers: {larger: bright}, size: [160, 90]}
  - {name: far, fragment: show/bloom/down.frag, samplers: {larger: near}, size: [80, 45]}
  - {name: farther, fragment: show/bloom/down.frag, samplers: {larger: far}, size: [40, 23]}
  - {name: farthest, fragment: show/bloom/down.frag, samplers: {larger: farther}, size: [20, 11]}
  - {name: wide, fragment: show/bloom/up.frag, samplers: {smaller: farthest, alike: farther}, size: [40, 23]}
  - {name: middle, fragment: show/bloom/up.frag, samplers: {smaller: wide, alike: far}, size: [80, 45]}
  - {name: narrow, fragment: show/bloom/up.frag, samplers: {smaller: middle, alike: near}, size: [160, 90]}
  - {name: glow, fragment: show/bloom/up.frag, samplers: {smaller: narrow, alike: bright}, scale: 0.25}
*/
uniform sampler2D picture;
uniform sampler2D glow;
uniform float amount;  // 1.5 in 0..4: of the glow

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    color = vec4(finite(texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb) + amount * texture(glow, uv).rgb, 1.0);
}
