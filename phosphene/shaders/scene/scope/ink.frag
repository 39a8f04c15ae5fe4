#version 330 core
/*
about:  what the spectrum paints where the ring is, from the axis of a petal to its edge
reads:  bands (0..1)
writes: rgba16f, linear
*/
const float TURN = 6.2831853;
const float STRANDS = 7.0;  // in half a petal

uniform sampler2D bands;
uniform float hue;     // 0.55 in 0..1: of its colours
uniform float onset;   // 1 at an onset, then it fades
uniform float centre;  // 0..1, where the spectrum's weight lies
uniform float minute;  // a turn a minute
uniform vec4 lots;     // drawn once for a seed

in vec2 uv;
out vec4 color;

#include "lib/palette.glsl"

void main() {
    float heard = texture(bands, vec2(0.02 + 0.9 * uv.y, 0.5)).r;
    float weave = 0.4 * sin(TURN * (11.0 * minute + uv.y));
    float strand = 0.5 + 0.5 * cos(TURN * (STRANDS * uv.y + weave));
    float tint = hue + lots.x + minute;
    vec3 tone = palette(tint + 0.4 * uv.y + 0.3 * centre) * (0.1 + 1.3 * strand * strand);
    vec3 beat = palette(tint + 0.7) * (0.4 + 1.4 * strand);
    color = vec4(max(tone * heard * heard * (0.6 + 0.9 * onset), beat * pow(onset, 4.0)), 1.0);
}
