#version 330 core
/*
about:  one triangle that covers the picture, and what is the same all over it
*/
uniform sampler2D picture;
uniform sampler2D scene;

out vec2 uv;
flat out vec3 gain;
flat out vec3 offset;
flat out float knee;
flat out float smoothness;
flat out vec2 ratio;

#include "lib/screen.glsl"
#include "show/stable/match.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen();
    match(gain, offset);
    knee = texelFetch(statistics, ivec2(4, 0), 0).r;
    vec2 size = vec2(textureSize(picture, 0));
    smoothness = min(reach(size.y) / 6.0, 1.0);  // the narrowest window reaches so far
    ratio = vec2(textureSize(scene, 0)) / size;
}
