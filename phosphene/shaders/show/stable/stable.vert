#version 330 core
/*
about:  full-screen vertex shader with the values that are the same in every pixel
*/
uniform sampler2D picture;
uniform sampler2D scene;

out vec2 uv;
flat out vec3 gain;
flat out vec3 offset;
flat out float knee;
flat out float smoothness;
flat out vec2 ratio;

#include "lib/screen_triangle.glsl"
#include "show/stable/match_statistics.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen_triangle();
    match_statistics(gain, offset);
    knee = texelFetch(statistics, ivec2(4, 0), 0).r;
    vec2 size = vec2(textureSize(picture, 0));
    smoothness = min(smoothing_radius(size.y) / 6.0, 1.0);  // the narrowest window reaches six pixels
    ratio = vec2(textureSize(scene, 0)) / size;
}
