#version 330 core
/*
about:  lines of chroma over luma, on average in a window: a guided filter's second half
reads:  fit
writes: rgba16f, as fit does
*/
uniform sampler2D fit;

flat in float radius;
out vec4 color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), last = textureSize(fit, 0) - 1;
    int far = int(ceil(radius));
    float weights = 0.0;
    vec4 sum = vec4(0.0);
    for (int y = -far; y <= far; ++y) {
        for (int x = -far; x <= far; ++x) {
            vec2 inside = clamp(radius + 0.5 - abs(vec2(x, y)), 0.0, 1.0);
            float weight = inside.x * inside.y;
            weights += weight;
            sum += weight * texelFetch(fit, clamp(at + ivec2(x, y), ivec2(0), last), 0);
        }
    }
    color = sum / weights;
}
