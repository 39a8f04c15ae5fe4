#version 330 core
/*
about:  one triangle that covers the picture, and what the fit needs
*/
uniform sampler2D small;
uniform float chroma_edge_strength;  // 8.0 in 0..16: how faint an edge of luma may be that chroma keeps

out vec2 uv;
flat out vec3 gain;
flat out vec3 offset;
flat out float noise;
flat out float radius;

#include "lib/screen.glsl"
#include "show/stable/match.glsl"
#include "show/stable/window.glsl"

void main() {
    uv = screen();
    match(gain, offset);
    noise = 0.25 / max(chroma_edge_strength * chroma_edge_strength, 1e-4);
    radius = window(4.0 * float(textureSize(small, 0).y));
}
