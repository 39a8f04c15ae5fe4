#version 330 core
/*
about:  what the tips left, spreading and fading; light runs along it
reads:  trail (this pass, one step ago), marks
writes: how much there is of three kins; the light
*/
#define BRIGHTEST 8.0

const float SPREADS = 0.0038;  // heights in a step
const float RUNS = 0.02;       // heights in a step, of light
const float SHINES = 0.18;     // seconds to half of the light
const vec2 SIDES[3] = vec2[](vec2(0.0, 1.0), vec2(0.866, -0.5), vec2(-0.866, -0.5));

uniform sampler2D trail;
uniform sampler2D marks;
uniform float lasts;  // 0.25 in 0.1..2 s, exp: to half of a thread, while music plays
uniform float level;
uniform float aspect;
uniform float dt;

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"
#include "scene/mycelium/awake.glsl"

void main() {
    vec2 height = vec2(1.0 / aspect, 1.0);
    vec4 here = texture(trail, uv), mark = texture(marks, uv);
    vec3 near = vec3(0.0);
    float far = 0.0;
    for (int n = 0; n < 3; ++n) {
        near += texture(trail, uv + SPREADS * height * SIDES[n]).rgb;
        far = max(far, texture(trail, uv - RUNS * height * SIDES[n]).a);
    }
    float lived = dt * awake(level);
    vec3 thread = mix(here.rgb, near / 3.0, min(11.0 * lived, 0.7)) * exp2(-lived / lasts);
    thread += lived * (4.0 * mark.rgb - 0.03);
    float carries = clamp(4.0 * (here.r + here.g + here.b) - 0.2, 0.0, 0.97);
    float light = max(max(here.a, far * carries) * exp2(-dt / SHINES), min(mark.a, 2.0));
    color = vec4(finite(thread), light == light ? clamp(light, 0.0, 2.0) : 0.0);
}
