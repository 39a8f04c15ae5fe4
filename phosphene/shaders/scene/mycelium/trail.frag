#version 330 core
/*
about:  the trail of the agents: it diffuses and fades, and light runs along it
reads:  trail (this pass, one step ago), marks
writes: the trails of three species; the light
*/
#define BRIGHTEST 8.0

const float DIFFUSION_STEP = 0.0038;  // heights per step
const float LIGHT_STEP = 0.02;        // heights per step, of light
const float LIGHT_FADE = 0.18;        // seconds to half the light
const vec2 SIDES[3] = vec2[](vec2(0.0, 1.0), vec2(0.866, -0.5), vec2(-0.866, -0.5));

uniform sampler2D trail;
uniform sampler2D marks;
uniform float lasts;  // 0.25 in 0.1..2 s, exp: time to half of a thread, while music plays
uniform float level;
uniform float aspect;
uniform float dt;

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"
#include "scene/mycelium/activity.glsl"

void main() {
    vec2 height = vec2(1.0 / aspect, 1.0);
    vec4 here = texture(trail, uv), mark = texture(marks, uv);
    vec3 neighbours = vec3(0.0);
    float brightest = 0.0;
    for (int n = 0; n < 3; ++n) {
        neighbours += texture(trail, uv + DIFFUSION_STEP * height * SIDES[n]).rgb;
        brightest = max(brightest, texture(trail, uv - LIGHT_STEP * height * SIDES[n]).a);
    }
    float step_time = dt * activity(level);
    vec3 thread = mix(here.rgb, neighbours / 3.0, min(11.0 * step_time, 0.7)) * exp2(-step_time / lasts);
    thread += step_time * (4.0 * mark.rgb - 0.03);
    float conduction = clamp(4.0 * (here.r + here.g + here.b) - 0.2, 0.0, 0.97);
    float light = max(max(here.a, brightest * conduction) * exp2(-dt / LIGHT_FADE), min(mark.a, 2.0));
    color = vec4(finite(thread), light == light ? clamp(light, 0.0, 2.0) : 0.0);
}
