#version 330 core
/*
about: bright parts glow beyond their edges
passes:
  - {name: bright, scale: 0.25}
  - {name: down_90, fragment: show/bloom/gather.frag, samplers: {larger: bright}, size: [160, 90]}
  - {name: down_45, fragment: show/bloom/down.frag, samplers: {larger: down_90}, size: [80, 45]}
  - {name: down_23, fragment: show/bloom/down.frag, samplers: {larger: down_45}, size: [40, 23]}
  - {name: down_11, fragment: show/bloom/down.frag, samplers: {larger: down_23}, size: [20, 11]}
  - {name: up_23, fragment: show/bloom/up.frag, samplers: {smaller: down_11, same_size: down_23}, size: [40, 23]}
  - {name: up_45, fragment: show/bloom/up.frag, samplers: {smaller: up_23, same_size: down_45}, size: [80, 45]}
  - {name: up_90, fragment: show/bloom/up.frag, samplers: {smaller: up_45, same_size: down_90}, size: [160, 90]}
  - {name: glow, fragment: show/bloom/up.frag, samplers: {smaller: up_90, same_size: bright}, scale: 0.25}
*/
uniform sampler2D picture;
uniform sampler2D glow;
uniform float amount;  // 1.5 in 0..4: strength of the glow

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    color = vec4(finite(texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb) + amount * texture(glow, uv).rgb, 1.0);
}
