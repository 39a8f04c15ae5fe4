#version 330 core
/*
about:  the haze before each row of the land
reads:  mood, land
writes: rgba16f, linear; how much of the row it leaves
*/
uniform sampler2D mood;
uniform sampler2D land;
uniform float haze;  // 1 in 0..2: between the ridges
uniform float kick;
uniform float aspect;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "scene/strata/view.glsl"
#include "scene/strata/air.glsl"

void main() {
    vec4 told = texelFetch(mood, ivec2(0), 0);
    float row = gl_FragCoord.y - 0.5 + texelFetch(land, ivec2(0), 0).a, part = (depth(row) - 1.0) / (FAR - 1.0);
    vec2 at = sun(told, lots.x), to = vec2((uv.x - at.x) * aspect, HORIZON - at.y);
    float clear = exp(-haze * 3.5 * part) * (1.0 - pow(part, 4.0));
    vec3 near = DUSK * (0.15 + 0.6 * told.z);
    color = vec4(mix(near, air(to, 0.0, told, kick), min(0.25 + 1.2 * part, 1.0)), clear);
}
