#version 330 core
/*
about:  the light that rises from the bands, and the height of the water that they push at the horizon
reads:  curtain, water (this pass, one step ago)
writes: curtain: light, linear, from the horizon upwards; water: height, velocity, and the phase of the push in turns,
        from the horizon to the shore
*/
const float SHORE = 4.0;      // rows at the horizon that push
const float STIFFNESS = 0.2;  // (cells per step)^2, of the wave equation
const float FRICTION = 0.012;  // share of the velocity that a step takes
const float BANDS = 64.0;
const float BLUR = 0.06;      // texels to either side that a step mixes into the light

uniform sampler2D last_curtain;
uniform sampler2D last_water;
uniform float mel[64];
uniform float order;  // mirrored | across: bass in the middle, or on the left
uniform float rise;   // 0.22 in 0.08..0.6: heights per second
uniform float lasts;  // 1.1 in 0.3..3 s, exp: time to half of the light
uniform float waves;  // 1 in 0..3: strength of the push
uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float dt;

in vec2 uv;
out vec4 curtain;
out vec4 water;

#include "lib/fast_sine.glsl"
#include "lib/finite.glsl"
#include "lib/finite_state.glsl"
#include "lib/rotate_hue.glsl"

vec3 band_color(float at) {
    vec3 low = mix(vec3(1.0, 0.22, 0.10), vec3(0.30, 0.95, 0.30), smoothstep(0.0, 0.30, at));
    vec3 high = mix(vec3(0.06, 0.75, 0.85), vec3(0.45, 0.18, 1.0), smoothstep(0.62, 1.0, at));
    return mix(low, high, smoothstep(0.25, 0.65, at));
}

vec4 water_at(ivec2 cell) {
    return finite_state(texelFetch(last_water, clamp(cell, ivec2(0), textureSize(last_water, 0) - 1), 0));
}

void main() {
    float at = order < 0.5 ? abs(2.0 * uv.x - 1.0) : uv.x, place = at * (BANDS - 1.0), below = floor(place);
    float between = place - below, here = mel[int(below)], next = mel[int(min(below + 1.0, BANDS - 1.0))];
    float loud = mix(here, next, between * between * (3.0 - 2.0 * between));
    float ray = 0.55 + 0.45 * abs(2.0 * between - 1.0);

    vec2 from = uv - vec2(0.0, rise * dt), aside = vec2(BLUR / float(textureSize(last_curtain, 0).x), 0.0);
    vec3 past = finite(texture(last_curtain, from + aside).rgb) + finite(texture(last_curtain, from - aside).rgb);
    past *= 0.5 * exp2(-vec3(1.0, 1.35, 0.8) * dt / lasts);
    vec3 source = rotate_hue(band_color(at), hue) * ray * 4.5 * loud * loud * loud * loud;
    curtain = vec4(mix(past, source, smoothstep(3.0, 0.0, gl_FragCoord.y - 0.5)), 1.0);

    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec4 state = water_at(cell);
    float sides = water_at(cell + ivec2(1, 0)).x + water_at(cell - ivec2(1, 0)).x;
    sides += water_at(cell + ivec2(0, 1)).x + water_at(cell - ivec2(0, 1)).x;
    float beach = smoothstep(0.75, 1.0, uv.y);
    state.z = fract(state.z + dt * mix(0.8, 3.6, at));
    state.y += STIFFNESS * (sides - 4.0 * state.x) - (FRICTION + 0.15 * beach) * state.y;
    state.y += waves * 0.09 * loud * loud * fast_sine(state.z) * smoothstep(SHORE, 0.0, gl_FragCoord.y);
    state.x = (state.x + state.y) * (1.0 - 0.004 - 0.1 * beach);
    water = vec4(clamp(state.xy, -4.0, 4.0), state.z, 1.0);
}
