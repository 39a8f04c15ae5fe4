#version 330 core
/*
about:  chroma as a line of luma, the best in a window around each block: a guided filter's first half
reads:  blocks of the light
writes: rgba16f: slopes of Cb and Cr, then their heights at Y = 0.5
*/
uniform sampler2D blocks;

flat in vec3 gain;
flat in vec3 offset;
flat in float noise;
flat in float radius;
out vec4 color;

#include "lib/pair.glsl"

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), last = textureSize(blocks, 0) - 1;
    int far = int(ceil(radius));
    float weights = 0.0;
    vec3 sum = vec3(0.0), products = vec3(0.0);
    for (int y = -far; y <= far; ++y) {
        for (int x = -far; x <= far; ++x) {
            vec2 inside = clamp(radius + 0.5 - abs(vec2(x, y)), 0.0, 1.0);
            float weight = inside.x * inside.y;
            vec3 block = first(texelFetch(blocks, clamp(at + ivec2(x, y), ivec2(0), last), 0)).rgb - 0.5;
            weights += weight;
            sum += weight * block;
            products += weight * block.r * block;
        }
    }
    vec3 mean = sum / weights;
    vec3 together = gain.r * gain * (products / weights - mean.r * mean);
    vec2 slope = together.gb / (together.r + noise);
    mean = gain * (mean + vec3(0.5, 0.0, 0.0)) + offset;
    color = vec4(slope, mean.gb - slope * (mean.r - 0.5));
}
