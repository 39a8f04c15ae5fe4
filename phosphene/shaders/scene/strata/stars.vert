#version 330 core
/*
about:  stars, where neither the land nor the sun is before them
reads:  mood, skyline
writes: light, of each; off, -1..1 over its width
*/
const float WIDE = 0.0033;  // half of it, in heights: of the faintest

uniform sampler2D mood;
uniform sampler2D skyline;
uniform float hue;   // 0 in -0.5..0.5 turns: of all colours
uniform float hat;
uniform float minute;
uniform float aspect;
uniform vec4 lots;

flat out vec3 light;
out vec2 off;

#include "scene/strata/view.glsl"
#include "scene/strata/shone.glsl"
#include "lib/lot.glsl"
#include "lib/turned.glsl"

void main() {
    vec2 drawn = lot(vec2(float(gl_InstanceID), floor(97.0 * lots.y))), own = lot(vec2(floor(97.0 * lots.z), float(gl_InstanceID)));
    vec2 at = vec2(drawn.x, mix(HORIZON, 1.0, drawn.y));
    vec4 told = texelFetch(mood, ivec2(0), 0);
    ivec2 room = textureSize(skyline, 0);
    float top = texelFetch(skyline, ivec2(int(at.x * float(room.x)), room.y - 1), 0).r;
    float bare = step(top, at.y) * step(0.1, length((at - sun(told, lots.x)) * vec2(aspect, 1.0)));
    float size = mix(0.5, 1.0, own.x), shine = size * size, twinkle = abs(fract(9.0 * own.y + 20.0 * minute) - 0.5);
    light = turned(vec3(0.7, 0.85, 1.2), hue) * bare * shine * shine * smoothstep(HORIZON, 0.9, at.y) * (0.3 + twinkle + 4.0 * hat);
    off = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    at += off * (1.5 - size) * WIDE / vec2(aspect, 1.0);
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
