#version 330 core
/*
about:  three lines: the waveform around a ring, its left channel on the left; the waveform against its own
        past, in the middle; and the first line again, as an onset throws it outward
reads:  wave (left, right)
writes: across, -1..1 over a line's width; light, what it shines with
*/
const int MIDDLE = 1, THROWN = 2;
const float TURN = 6.2831853;
const float STEP = 1.0 / 384.0;  // of a line
const float WIDTH = 0.011;       // half of it, in half heights
const float PAST = 0.06;         // of the waveform: 2.6 ms

uniform sampler2D wave;
uniform float aspect;  // width over height
uniform float bass;    // 0..1
uniform float level;   // 0..1
uniform float onset;   // 1 at an onset, then it fades
uniform float centre;  // 0..1, where the spectrum's weight lies
uniform float minute;  // a turn a minute
uniform float hue;     // 0.55 in 0..1: of its colours
uniform vec4 lots;     // drawn once for a seed

out float across;
out vec3 light;

#include "lib/ring.glsl"
#include "lib/palette.glsl"

vec2 heard(float part) {
    return texture(wave, vec2(part, 0.5)).rg;
}

vec2 around(float turn) {
    vec2 sides = heard(0.6 * abs(2.0 * fract(turn) - 1.0)), up = vec2(-sin(TURN * turn), cos(TURN * turn));
    float side = mix(sides.r, sides.g, smoothstep(-0.1, 0.1, up.x));
    float swing = 0.4 * side / (0.5 + abs(side));
    float out_by = gl_InstanceID == THROWN ? swing * onset * onset + 1.4 * (1.0 - onset) : swing;
    return up * ring(bass) * exp(out_by);
}

vec2 middle(float part) {
    vec2 then = heard((1.0 - PAST) * part), now = heard((1.0 - PAST) * part + PAST);
    vec2 place = vec2(now.r + now.g + then.r - then.g, then.r + then.g + now.g - now.r);
    return 0.6 * ring(bass) * place / (0.6 + length(place));
}

vec2 point(float part) {
    return gl_InstanceID == MIDDLE ? middle(part) : around(part);
}

void main() {
    float part = float(gl_VertexID >> 1) * STEP;
    vec2 here = point(part), along = point(part + STEP) - point(part - STEP);
    float far = max(length(along), 1e-5);
    float tint = hue + lots.x + minute, shine;  // a beam that moves fast leaves less light
    if (gl_InstanceID == MIDDLE) {
        shine = 0.8 * clamp(0.012 / far, 0.1, 1.0) * smoothstep(0.0, 0.2, length(here));
        shine *= smoothstep(0.0, 0.1, part) * (1.0 - smoothstep(0.9, 1.0, part));
        tint += 0.7;
    } else {
        float breath = 0.25 + 0.05 * sin(TURN * 10.0 * minute);
        shine = clamp(2.0 * TURN * STEP * ring(bass) / far, 0.4, 1.0);
        shine *= gl_InstanceID == THROWN ? 2.0 * onset * (1.0 - onset) : breath + level + onset;
        tint += gl_InstanceID == THROWN ? 0.7 : 0.2 + 0.3 * centre;
    }
    across = float(gl_VertexID & 1) * 2.0 - 1.0;
    vec2 aside = vec2(-along.y, along.x) / far * across * WIDTH;
    gl_Position = vec4((here + aside) / vec2(aspect, 1.0), 0.0, 1.0);
    light = shine * mix(vec3(1.0), palette(tint), 0.85);
}
