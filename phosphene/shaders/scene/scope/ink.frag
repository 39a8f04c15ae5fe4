#version 330 core
/*
about:  the colour that the spectrum paints at the ring, from the axis of a petal to its edge
reads:  bands (0..1)
writes: rgba16f, linear
*/
const float TURN = 6.2831853;
const float STRANDS = 7.0;  // per half petal

uniform sampler2D bands;
uniform float hue;                // 0.55 in 0..1: of all colours
uniform float onset;              // 1 at an onset, then it fades
uniform float spectral_centroid;  // 0..1, spectral centroid
uniform float minute;             // phase of a minute, 0..1
uniform vec4 random;              // four random numbers of the seed, 0..1

in vec2 uv;
out vec4 color;

#include "lib/palette.glsl"

void main() {
    float loudness = texture(bands, vec2(0.02 + 0.9 * uv.y, 0.5)).r;
    float weave = 0.4 * sin(TURN * (11.0 * minute + uv.y));
    float strand = 0.5 + 0.5 * cos(TURN * (STRANDS * uv.y + weave));
    float tint = hue + random.x + minute;
    vec3 colour = palette(tint + 0.4 * uv.y + 0.3 * spectral_centroid) * (0.1 + 1.3 * strand * strand);
    vec3 flash_colour = palette(tint + 0.7) * (0.4 + 1.4 * strand);
    color = vec4(max(colour * loudness * loudness * (0.6 + 0.9 * onset), flash_colour * pow(onset, 4.0)), 1.0);
}
