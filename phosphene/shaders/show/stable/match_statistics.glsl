/*
about:  the gain and offset that bring mean and spread of the light's luma and chroma to those of the scene
use:    void match_statistics(out vec3 gain, out vec3 offset), in a vertex shader; for Y, Cb, Cr
*/
uniform sampler2D statistics;
uniform float tone_match;    // 0.88 in 0..1: how closely luma matches the scene's mean and spread
uniform float chroma_match;  // 0.92 in 0..1: how closely chroma matches the scene's mean and spread

vec3 deviation(int at, vec3 mean) {
    return sqrt(max(texelFetch(statistics, ivec2(at, 0), 0).rgb - mean * mean, 0.0));
}

void match_statistics(out vec3 gain, out vec3 offset) {
    vec3 light_mean = texelFetch(statistics, ivec2(0, 0), 0).rgb,
        scene_mean = texelFetch(statistics, ivec2(2, 0), 0).rgb;
    vec3 stretch = clamp(deviation(3, scene_mean) / max(deviation(1, light_mean), 1e-6), 0.5, 2.0);
    vec3 share = vec3(tone_match, chroma_match, chroma_match);
    gain = 1.0 + share * (stretch - 1.0);
    offset = share * (scene_mean - light_mean * stretch);
    offset.x += 0.5 * (1.0 - gain.x);  // the statistics hold Y - 0.5
}
