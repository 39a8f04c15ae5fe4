#version 330 core
/*
about:  three lines: the waveform around a ring, its left channel on the left; the waveform against its own past, in the
        middle; and the ring once more, which an onset throws outward
reads:  wave (left, right)
writes: across, -1..1 over a line's width; light, the colour of the line
*/
const int PHASE_PLOT = 1, BURST = 2;
const float TURN = 6.2831853;
const float STEP = 1.0 / 384.0;  // share of a line
const float WIDTH = 0.011;  // half of the width, in half heights
const float LAG = 0.06;     // share of the waveform: 2.6 ms

uniform sampler2D wave;
uniform float aspect;             // width over height
uniform float bass;               // 0..1
uniform float level;              // 0..1
uniform float onset;              // 1 at an onset, then it fades
uniform float spectral_centroid;  // 0..1, spectral centroid
uniform float minute;             // phase of a minute, 0..1
uniform float hue;                // 0.55 in 0..1: of all colours
uniform vec4 random;              // four random numbers of the seed, 0..1

out float across;
out vec3 light;

#include "lib/ring_radius.glsl"
#include "lib/palette.glsl"

vec2 wave_at(float part) {
    return texture(wave, vec2(part, 0.5)).rg;
}

vec2 on_ring(float turn) {
    vec2 sides = wave_at(0.6 * abs(2.0 * fract(turn) - 1.0)), up = vec2(-sin(TURN * turn), cos(TURN * turn));
    float side = mix(sides.r, sides.g, smoothstep(-0.1, 0.1, up.x));
    float displacement = 0.4 * side / (0.5 + abs(side));
    float exponent = gl_InstanceID == BURST ? displacement * onset * onset + 1.4 * (1.0 - onset) : displacement;
    return up * ring_radius(bass) * exp(exponent);
}

vec2 phase_plot(float part) {
    vec2 past = wave_at((1.0 - LAG) * part), now = wave_at((1.0 - LAG) * part + LAG);
    vec2 place = vec2(now.r + now.g + past.r - past.g, past.r + past.g + now.g - now.r);
    return 0.6 * ring_radius(bass) * place / (0.6 + length(place));
}

vec2 point(float part) {
    return gl_InstanceID == PHASE_PLOT ? phase_plot(part) : on_ring(part);
}

void main() {
    float part = float(gl_VertexID >> 1) * STEP;
    vec2 here = point(part), along = point(part + STEP) - point(part - STEP);
    float length_of = max(length(along), 1e-5);
    float tint = hue + random.x + minute, shine;  // as on an oscilloscope, a fast beam is dimmer
    if (gl_InstanceID == PHASE_PLOT) {
        shine = 0.8 * clamp(0.012 / length_of, 0.1, 1.0) * smoothstep(0.0, 0.2, length(here));
        shine *= smoothstep(0.0, 0.1, part) * (1.0 - smoothstep(0.9, 1.0, part));
        tint += 0.7;
    } else {
        float base = 0.25 + 0.05 * sin(TURN * 10.0 * minute);
        shine = clamp(2.0 * TURN * STEP * ring_radius(bass) / length_of, 0.4, 1.0);
        shine *= gl_InstanceID == BURST ? 2.0 * onset * (1.0 - onset) : base + level + onset;
        tint += gl_InstanceID == BURST ? 0.7 : 0.2 + 0.3 * spectral_centroid;
    }
    across = float(gl_VertexID & 1) * 2.0 - 1.0;
    vec2 aside = vec2(-along.y, along.x) / length_of * across * WIDTH;
    gl_Position = vec4((here + aside) / vec2(aspect, 1.0), 0.0, 1.0);
    light = shine * mix(vec3(1.0), palette(tint), 0.85);
}
