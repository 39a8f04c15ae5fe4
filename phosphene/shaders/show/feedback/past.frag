#version 330 core
/*
about:  the brightest of the light as it is and of what it was, moved on and faded
writes: linear, 0..64; nothing, sooner or later, where no light comes
*/
const float LEAST = 0.002;  // of light, gone in a second besides

uniform sampler2D picture;
uniform sampler2D past;
uniform float dt;

in vec2 uv;
in vec2 from;
flat in float share;
out vec4 color;

#include "lib/carried.glsl"
#include "lib/finite.glsl"

void main() {
    vec2 inside = clamp((0.5 - abs(from - 0.5)) * vec2(textureSize(past, 0)) + 0.5, 0.0, 1.0);
    vec3 left = finite(carried(past, from)) * inside.x * inside.y * share - LEAST * dt;
    color = vec4(max(finite(texture(picture, uv).rgb), left), 1.0);
}
