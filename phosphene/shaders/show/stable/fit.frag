#version 330 core
/*
about:  first half of a guided filter: chroma as a line over luma, fitted in a window around each pixel
reads:  quarter
writes: rgba16f: slopes of Cb and Cr, then their values at Y = 0.5
*/
uniform sampler2D quarter;

flat in vec3 gain;
flat in vec3 offset;
flat in float noise;
flat in float radius;
out vec4 color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), last = textureSize(quarter, 0) - 1;
    int reach = int(ceil(radius));
    float weights = 0.0;
    vec3 sum = vec3(0.0), products = vec3(0.0);
    for (int y = -reach; y <= reach; ++y) {
        for (int x = -reach; x <= reach; ++x) {
            vec2 inside = clamp(radius + 0.5 - abs(vec2(x, y)), 0.0, 1.0);
            float weight = inside.x * inside.y;
            vec3 pixel = texelFetch(quarter, clamp(at + ivec2(x, y), ivec2(0), last), 0).rgb;
            weights += weight;
            sum += weight * pixel;
            products += weight * pixel.r * pixel;
        }
    }
    vec3 mean = sum / weights;
    vec3 covariance = gain.r * gain * (products / weights - mean.r * mean);
    vec2 slope = covariance.gb / (covariance.r + noise);
    mean = gain * (mean + vec3(0.5, 0.0, 0.0)) + offset;
    color = vec4(slope, mean.gb - slope * (mean.r - 0.5));
}
