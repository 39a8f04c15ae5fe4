#version 330 core
/*
about:  the velocity after pressure projection, so that the water keeps its volume
reads:  forces (velocity), pressure_3
writes: velocity in heights per second, and its curl
*/
uniform sampler2D forces;
uniform sampler2D pressure_3;
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "scene/flow/domain.glsl"

void main() {
    vec2 texel = 1.0 / vec2(textureSize(forces, 0)), cell_size = DOMAIN * vec2(aspect, 1.0) * texel;
    vec2 x = vec2(texel.x, 0.0), y = vec2(0.0, texel.y);
    float east = texture(pressure_3, uv + x).r, west = texture(pressure_3, uv - x).r;
    float north = texture(pressure_3, uv + y).r, south = texture(pressure_3, uv - y).r;
    float vertical_change = (texture(forces, uv + x).g - texture(forces, uv - x).g) / cell_size.x;
    float horizontal_change = (texture(forces, uv + y).r - texture(forces, uv - y).r) / cell_size.y;
    vec2 projected = texture(forces, uv).rg - 0.5 * vec2(east - west, north - south) / cell_size;
    color = vec4(projected, 0.5 * (vertical_change - horizontal_change), 1.0);
}
