#version 330 core
/*
about:  the petals of the trail around the centre, wound into a spiral; on them the lines and their glow
reads:  ink, trail, glow (linear rgb)
writes: what a screen shows
*/
const float TURN = 6.2831853;

uniform sampler2D ink;
uniform sampler2D trail;
uniform sampler2D glow;
uniform float whirl;   // turns that a ray winds while it grows e times as long
uniform float bloom;   // of the glow
uniform float aspect;  // width over height
uniform float minute;  // a turn a minute
uniform float travel;  // a turn every few seconds of loudness
uniform vec4 lots;     // drawn once for a seed

in vec2 uv;
out vec4 color;

#include "lib/angle.glsl"
#include "lib/depth.glsl"
#include "post/display.glsl"

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
    color = display(light);
}
