#version 330 core
/*
about:  the mood of the light, smoothed over time: position of the tones in the circle of fifths, spectral centroid,
        level, and, with a short time constant, the beat
reads:  chroma (0..1), mood (this pass, one frame ago)
writes: -1..1; 0..1; 0..1; 0..1
*/
const float TURN = 6.2831853;
const vec4 FOLLOW = vec4(2.5, 1.5, 4.0, 0.12);  // seconds

uniform sampler2D chroma;
uniform sampler2D mood;
uniform float spectral_centroid;
uniform float level;
uniform float pulse;
uniform float dt;

out vec4 color;

void main() {
    float sum = 0.0, total = 1e-3;
    for (int tone = 0; tone < 12; tone++) {
        float level_of = texelFetch(chroma, ivec2(tone, 0), 0).r;
        sum += level_of * cos(TURN / 12.0 * float(tone * 7 % 12));
        total += level_of;
    }
    vec4 now = vec4(sum / total, spectral_centroid, level, pulse), before = texelFetch(mood, ivec2(0), 0);
    before = mix(now, clamp(before, -1.0, 1.0), equal(before, before));
    color = mix(before, now, 1.0 - exp(-dt / FOLLOW));
}
