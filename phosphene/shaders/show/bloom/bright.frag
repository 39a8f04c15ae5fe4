#version 330 core
/*
about:  the light above a threshold, at a quarter of the size; a spark of one pixel counts for less, so that it does
        not flicker as large as its glow
*/
uniform sampler2D picture;
uniform float threshold;  // 0.3 in 0..4: the light that does not shine yet

in vec2 uv;
out vec4 color;

#include "lib/finite.glsl"

float most(vec3 light) {
    return max(max(light.r, light.g), light.b);
}

vec4 spark(vec2 aside) {
    vec3 light = finite(texture(picture, uv + aside).rgb);
    float bright = most(light), knee = 0.5 * threshold + 1e-4;
    float soft = clamp(bright - threshold + knee, 0.0, 2.0 * knee);
    light *= max(soft * soft / (4.0 * knee), bright - threshold) / max(bright, 1e-4);
    return vec4(light, 1.0) / (1.0 + bright);
}

void main() {
    vec2 step = 1.0 / vec2(textureSize(picture, 0)), aside = step * vec2(1.0, -1.0);
    vec4 sum = spark(step) + spark(-step) + spark(aside) + spark(-aside);
    color = vec4(sum.rgb / sum.a, 1.0);
}
