#version 330 core
/*
about:  the sky without sun and stars
reads:  mood
writes: rgba16f, linear
*/
uniform sampler2D mood;
uniform float kick;
uniform float aspect;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "scene/strata/view.glsl"
#include "scene/strata/air.glsl"

void main() {
    vec4 told = texelFetch(mood, ivec2(0), 0);
    vec2 to = (uv - sun(told, lots.x)) * vec2(aspect, 1.0);
    color = vec4(air(to, max(uv.y - HORIZON, 0.0), told, kick), 1.0);
}
