#version 330 core
/*
about:  chroma as a line of luma, the best in a window around each pixel: a guided filter's first half
reads:  small
writes: rgba16f: slopes of Cb and Cr, then their heights at Y = 0.5
*/
uniform sampler2D small;

flat in vec3 gain;
flat in vec3 offset;
flat in float noise;
flat in float radius;
out vec4 color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), last = textureSize(small, 0) - 1;
    int far = int(ceil(radius));
    float weights = 0.0;
    vec3 sum = vec3(0.0), products = vec3(0.0);
    for (int y = -far; y <= far; ++y) {
        for (int x = -far; x <= far; ++x) {
            vec2 inside = clamp(radius + 0.5 - abs(vec2(x, y)), 0.0, 1.0);
            float weight = inside.x * inside.y;
            vec3 near = texelFetch(small, clamp(at + ivec2(x, y), ivec2(0), last), 0).rgb;
            weights += weight;
            sum += weight * near;
            products += weight * near.r * near;
        }
    }
    vec3 mean = sum / weights;
    vec3 together = gain.r * gain * (products / weights - mean.r * mean);
    vec2 slope = together.gb / (together.r + noise);
    mean = gain * (mean + vec3(0.5, 0.0, 0.0)) + offset;
    color = vec4(slope, mean.gb - slope * (mean.r - 0.5));
}
