#version 330 core
/*
about:  what keeps the water's volume: a step nearer to the pressure whose slope takes the sources out of its motion
reads:  push (velocity), before (the pressure so far)
writes: pressure
*/
uniform sampler2D push;
uniform sampler2D before;
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "scene/flow/water.glsl"

void main() {
    vec2 cell = 1.0 / vec2(textureSize(push, 0)), room = BEYOND * vec2(aspect, 1.0) * cell;
    vec2 x = vec2(cell.x, 0.0), y = vec2(0.0, cell.y), weight = 1.0 / (room * room);
    float source = 0.5 * (texture(push, uv + x).r - texture(push, uv - x).r) / room.x;
    source += 0.5 * (texture(push, uv + y).g - texture(push, uv - y).g) / room.y;
    float sum = weight.x * (texture(before, uv + x).r + texture(before, uv - x).r);
    sum += weight.y * (texture(before, uv + y).r + texture(before, uv - y).r);
    float found = 0.5 * (sum - source) / (weight.x + weight.y);
    color = vec4(found == found ? clamp(found, -8.0, 8.0) : 0.0);
}
