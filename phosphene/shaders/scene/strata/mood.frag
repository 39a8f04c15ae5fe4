#version 330 core
/*
about:  what the light is like, followed slowly: where the tones lie on the circle of fifths, how bright and how loud
        they sound, and, quickly, a beat
reads:  chroma (0..1), mood (this pass, one frame ago)
writes: -1..1; 0..1; 0..1; 0..1
*/
const float TURN = 6.2831853;
const vec4 FOLLOW = vec4(2.5, 1.5, 4.0, 0.12);  // seconds

uniform sampler2D chroma;
uniform sampler2D mood;
uniform float centre;
uniform float level;
uniform float pulse;
uniform float dt;

out vec4 color;

void main() {
    float sum = 0.0, most = 1e-3;
    for (int tone = 0; tone < 12; tone++) {
        float heard = texelFetch(chroma, ivec2(tone, 0), 0).r;
        sum += heard * cos(TURN / 12.0 * float(tone * 7 % 12));
        most += heard;
    }
    vec4 now = vec4(sum / most, centre, level, pulse), before = texelFetch(mood, ivec2(0), 0);
    before = mix(now, clamp(before, -1.0, 1.0), equal(before, before));
    color = mix(before, now, 1.0 - exp(-dt / FOLLOW));
}
