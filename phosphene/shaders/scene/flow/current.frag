#version 330 core
/*
about:  the water's motion, as it keeps its volume
reads:  push (velocity), third (pressure)
writes: velocity in heights a second, and its curl
*/
uniform sampler2D push;
uniform sampler2D third;
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "scene/flow/water.glsl"

void main() {
    vec2 cell = 1.0 / vec2(textureSize(push, 0)), room = BEYOND * vec2(aspect, 1.0) * cell;
    vec2 x = vec2(cell.x, 0.0), y = vec2(0.0, cell.y);
    float east = texture(third, uv + x).r, west = texture(third, uv - x).r;
    float north = texture(third, uv + y).r, south = texture(third, uv - y).r;
    float across = (texture(push, uv + x).g - texture(push, uv - x).g) / room.x;
    float upward = (texture(push, uv + y).r - texture(push, uv - y).r) / room.y;
    vec2 velocity = texture(push, uv).rg - 0.5 * vec2(east - west, north - south) / room;
    color = vec4(velocity, 0.5 * (across - upward), 1.0);
}
