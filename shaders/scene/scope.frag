#version 330 core
/*
about: the waveform as a ring of light, its past drifting outward, wound into petals
passes:
  - {name: ink, vertex: scene/scope/ink.vert, vertices: 770, instances: 3, light: true}
  - {name: trail, scale: 0.5}
  - {name: small, fragment: post/shrink.frag, samplers: {picture: ink}, scale: 0.25}
  - {name: glow, fragment: post/soften.frag, samplers: {picture: small}, scale: 0.125}
*/
const float TURN = 6.2831853;

uniform sampler2D ink;
uniform sampler2D trail;
uniform sampler2D glow;
uniform float whirl;  // 0.12 in 0..0.4 turns: that a ray winds while it grows e times as long
uniform float bloom;  // 0.8 in 0..3: of the glow
uniform float aspect;
uniform float minute;
uniform float travel;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "lib/angle.glsl"
#include "lib/depth.glsl"

void main() {
    vec2 at = (uv * 2.0 - 1.0) * vec2(aspect, 1.0);
    float deep = depth(length(at));
    float wound = whirl * SPAN * (deep - 0.5) * sin(TURN * 3.0 * minute);
    float petals = 4.0 + floor(4.0 * lots.w);
    float turn = petals * (angle(at) / TURN + wound + minute) + travel;
    vec3 light = texture(trail, vec2(deep, abs(2.0 * fract(turn) - 1.0))).rgb;
    light -= 0.6 * min(min(light.r, light.g), light.b);
    light *= 1.4 * smoothstep(0.0, 0.3, deep);
    light += texelFetch(ink, ivec2(gl_FragCoord.xy), 0).rgb + bloom * texture(glow, uv).rgb;
    color = vec4(light, 1.0);
}
