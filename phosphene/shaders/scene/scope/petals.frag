#version 330 core
/*
about:  the past of the spectrum, wound into petals, and the glow of the lines
reads:  trail, glow
writes: rgba16f, linear
*/
const float TURN = 6.2831853;

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
    color = vec4(1.4 * smoothstep(0.0, 0.3, deep) * light + bloom * texture(glow, uv).rgb, 1.0);
}
