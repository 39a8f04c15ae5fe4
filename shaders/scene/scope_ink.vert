#version 330 core
/*
about:  the waveform as a ribbon around a ring, and outside it the spectrum as rays, twice mirrored
reads:  wave (left, right), bands (0..1)
writes: across, -1..1 over a ribbon's or a ray's width; light, what it shines with
*/
const int POINTS = 512;
const int BANDS = 64;
const float TURN = 6.2831853;

uniform sampler2D wave;
uniform sampler2D bands;
uniform float aspect;  // width over height
uniform float bass;    // 0..1
uniform float onset;   // 1 at an onset, then it fades
uniform float centre;  // 0..1, where the spectrum's weight lies
uniform float minute;  // a turn a minute
uniform float travel;  // a turn every few seconds of loudness
uniform float hue;     // 0..1
uniform vec4 lots;     // drawn once for a seed

out float across;
out vec3 light;

#include "lib/palette.glsl"

float ring() {
    return 0.40 + 0.10 * bass + 0.03 * onset;
}

vec2 heard(int point) {
    float seam = smoothstep(0.0, 40.0, float(point)) * smoothstep(0.0, 40.0, float(POINTS - point));
    return texelFetch(wave, ivec2(clamp(point, 0, POINTS - 1), 0), 0).rg * seam;
}

vec2 turned(float turn) {
    return vec2(cos(TURN * turn), sin(TURN * turn));
}

vec2 on_ribbon(int point) {
    vec2 sides = heard(point);
    float turn = float(point) / float(POINTS) + 0.25 + minute + 0.04 * (sides.r - sides.g);
    return turned(turn) * (ring() + 0.42 * tanh(0.8 * (sides.r + sides.g)));
}

void ribbon(int segment, int corner) {
    int point = (segment + (corner >> 1)) % POINTS;
    vec2 here = on_ribbon(point);
    vec2 along = on_ribbon((point + 1) % POINTS) - on_ribbon((point + POINTS - 1) % POINTS);
    float bend = length(along);
    vec2 normal = vec2(-along.y, along.x) / max(bend, 1e-4);
    across = float(corner & 1) * 2.0 - 1.0;
    gl_Position = vec4((here + normal * across * 0.014) / vec2(aspect, 1.0), 0.0, 1.0);
    float spread = clamp(0.028 / max(bend, 1e-3), 0.18, 1.0);  // a beam that moves fast leaves less light
    light = spread * (1.2 + 2.2 * onset) * mix(vec3(1.0), palette(hue + lots.x + 0.5 * centre + minute), 0.72);
}

void ray(int item, int corner) {
    int band = item < BANDS ? item : 2 * BANDS - 1 - item;
    float level = texelFetch(bands, ivec2(band, 0), 0).r;
    float turn = (float(item) + 0.5) / float(2 * BANDS) - 0.25 - minute;
    float half_width = 0.30 / float(2 * BANDS);
    across = float(corner & 1) * 2.0 - 1.0;
    float inner = ring() + 0.12, outer = inner + 0.012 + 0.55 * level * level;
    vec2 here = turned(turn + across * half_width) * (corner < 2 ? inner : outer);
    gl_Position = vec4(here / vec2(aspect, 1.0), 0.0, 1.0);
    float tip = corner < 2 ? 0.05 : 1.0;
    light = tip * level * (0.3 + 1.1 * level) * palette(hue + lots.x + 0.62 * float(band) / float(BANDS) + travel);
}

void main() {
    if (gl_InstanceID < POINTS) {
        ribbon(gl_InstanceID, gl_VertexID);
    } else {
        ray(gl_InstanceID - POINTS, gl_VertexID);
    }
}
