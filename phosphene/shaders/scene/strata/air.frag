#version 330 core
/*
about:  the haze before each row of the land; and above all those, the sky without sun and stars
reads:  mood, land
writes: rgba16f, linear; how much of the row it leaves
*/
uniform sampler2D mood;
uniform sampler2D land;
uniform float hue;   // 0 in -0.5..0.5 turns: of all colours
uniform float haze;  // 1 in 0..2: between the ridges
uniform float kick;
uniform float aspect;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "scene/strata/view.glsl"
#include "scene/strata/shone.glsl"
#include "lib/turned.glsl"

vec4 before(float row, float beside, vec4 told, float up) {
    float part = (depth(row) - 1.0) / (FAR - 1.0);
    vec3 near = DUSK * (0.15 + 0.6 * told.z), far = shone(vec2(beside, up), 0.0, told, kick);
    return vec4(mix(near, far, min(0.25 + 1.2 * part, 1.0)), exp(-haze * 3.5 * part) * (1.0 - pow(part, 4.0)));
}

void main() {
    vec4 told = texelFetch(mood, ivec2(0), 0);
    vec2 sunk = sun(told, lots.x);
    float beside = (uv.x - sunk.x) * aspect, row = floor(gl_FragCoord.y), up = height(gl_FragCoord.y) - HORIZON;
    vec4 light = vec4(shone(vec2(beside, HORIZON + up - sunk.y), up, told, kick), 1.0);
    if (row < ROWS) {
        light = before(row + texelFetch(land, ivec2(0), 0).a, beside, told, HORIZON - sunk.y);
    }
    color = vec4(turned(light.rgb, hue + 0.025 * told.x), light.a);
}
