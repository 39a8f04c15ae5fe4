#version 330 core
/*
about:  what was drawn drifts outward in a slow whirl, red a little faster than blue, and fades
reads:  ink (linear rgb), trail (this pass, one frame ago)
writes: rgba16f, linear
*/
const float TURN = 6.2831853;

uniform sampler2D ink;
uniform sampler2D trail;
uniform float afterglow;  // seconds to half the light
uniform float drift;      // heights per second at the edge
uniform float whirl;      // turns per minute
uniform float aspect;     // width over height
uniform float bass;       // 0..1
uniform float treble;     // 0..1
uniform float minute;     // a turn a minute
uniform float dt;         // seconds since the last frame
uniform vec4 lots;        // drawn once for a seed

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

void main() {
    vec2 at = (uv * 2.0 - 1.0) * vec2(aspect, 1.0);
    float phase = TURN * minute;
    vec2 flow = vec2(sin(2.3 * at.y + 3.0 * phase + 9.0 * lots.y), sin(2.1 * at.x - 2.0 * phase + 9.0 * lots.z));
    float out_by = drift * (0.35 + 1.6 * bass);
    float turn_by = whirl * TURN / 60.0 * (0.4 + 1.2 * treble);
    vec2 speed = at * out_by + vec2(-at.y, at.x) * turn_by + 0.10 * drift * flow;
    vec2 back = speed * dt / vec2(2.0 * aspect, 2.0);
    vec3 left = vec3(texture(trail, uv - 1.12 * back).r, texture(trail, uv - back).g, texture(trail, uv - 0.9 * back).b);
    left = max(left * exp2(-dt / afterglow) - 4e-4, 0.0);
    color = vec4(finite(left + texture(ink, uv).rgb * min(20.0 * dt, 1.0)), 1.0);
}
