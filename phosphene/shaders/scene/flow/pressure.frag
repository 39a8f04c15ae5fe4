#version 330 core
/*
about:  one Jacobi step towards the pressure whose gradient makes the velocity free of divergence
reads:  forces (velocity), before (the pressure so far)
writes: pressure
*/
uniform sampler2D forces;
uniform sampler2D before;
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "scene/flow/domain.glsl"

void main() {
    vec2 texel = 1.0 / vec2(textureSize(forces, 0)), cell_size = DOMAIN * vec2(aspect, 1.0) * texel;
    vec2 x = vec2(texel.x, 0.0), y = vec2(0.0, texel.y), weight = 1.0 / (cell_size * cell_size);
    float source = 0.5 * (texture(forces, uv + x).r - texture(forces, uv - x).r) / cell_size.x;
    source += 0.5 * (texture(forces, uv + y).g - texture(forces, uv - y).g) / cell_size.y;
    float sum = weight.x * (texture(before, uv + x).r + texture(before, uv - x).r);
    sum += weight.y * (texture(before, uv + y).r + texture(before, uv - y).r);
    float pressure = 0.5 * (sum - source) / (weight.x + weight.y);
    color = vec4(pressure == pressure ? clamp(pressure, -8.0, 8.0) : 0.0);
}
