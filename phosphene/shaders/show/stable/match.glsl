/*
about:  what brings luma and chroma of the light to mean and spread of the scene's: gain and offset
use:    void match(out vec3 gain, out vec3 offset), in a vertex shader; of Y, Cb, Cr
*/
uniform sampler2D statistics;
uniform float tone_match;    // 0.88 in 0..1: how far luma goes to the scene's mean and spread
uniform float chroma_match;  // 0.92 in 0..1: how far chroma does

vec3 deviation(int at, vec3 mean) {
    return sqrt(max(texelFetch(statistics, ivec2(at, 0), 0).rgb - mean * mean, 0.0));
}

void match(out vec3 gain, out vec3 offset) {
    vec3 light = texelFetch(statistics, ivec2(0, 0), 0).rgb, scene = texelFetch(statistics, ivec2(2, 0), 0).rgb;
    vec3 stretch = clamp(deviation(3, scene) / max(deviation(1, light), 1e-6), 0.5, 2.0);
    vec3 share = vec3(tone_match, chroma_match, chroma_match);
    gain = 1.0 + share * (stretch - 1.0);
    offset = share * (scene - light * stretch);
    offset.x += 0.5 * (1.0 - gain.x);  // statistics are of Y - 0.5
}
