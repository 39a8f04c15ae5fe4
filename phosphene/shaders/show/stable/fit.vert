#version 330 core
/*
about:  full-screen vertex shader with the values that the fit needs
*/
uniform sampler2D quarter;
uniform float chroma_edge_strength;  // 8.0 in 0..16: sensitivity: higher values keep chroma edges at fainter luma edges

out vec2 uv;
flat out vec3 gain;
flat out vec3 offset;
flat out float noise;
flat out float radius;

#include "lib/screen_triangle.glsl"
#include "show/stable/match_statistics.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen_triangle();
    match_statistics(gain, offset);
    noise = 0.25 / max(chroma_edge_strength * chroma_edge_strength, 1e-4);
    radius = window_radius(4.0 * float(textureSize(quarter, 0).y));
}
