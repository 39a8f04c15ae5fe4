#version 330 core
/*
about:  the light above a threshold, at a quarter of the size. A bright single pixel has less weight, so that it does
        not make the glow flicker
reads:  picture (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D picture;
uniform float threshold;  // 0.3 in 0..4: light below this does not glow

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

float max_channel(vec3 light) {
    return max(max(light.r, light.g), light.b);
}

vec4 weighted_tap(vec2 other) {
    vec3 light = finite(texture(picture, uv + other).rgb);
    float bright = max_channel(light), knee = 0.5 * threshold + 1e-4;
    float soft = clamp(bright - threshold + knee, 0.0, 2.0 * knee);
    light *= max(soft * soft / (4.0 * knee), bright - threshold) / max(bright, 1e-4);
    return vec4(light, 1.0) / (1.0 + bright);
}

void main() {
    vec2 step = 1.0 / vec2(textureSize(picture, 0)), other = step * vec2(1.0, -1.0);
    vec4 sum = weighted_tap(step) + weighted_tap(-step) + weighted_tap(other) + weighted_tap(-other);
    color = vec4(sum.rgb / sum.a, 1.0);
}
