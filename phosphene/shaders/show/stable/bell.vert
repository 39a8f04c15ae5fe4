#version 330 core
/*
about:  one triangle that covers the picture, and the Gaussian that takes details away
*/
uniform sampler2D scene;
uniform float detail_radius;  // 1.2 in 0..4 px: at 360 lines; a detail is what a Gaussian so wide takes away

out vec2 uv;
flat out float next;
flat out int far;

#include "lib/screen.glsl"

void main() {
    uv = screen();
    float wide = detail_radius * float(textureSize(scene, 0).y) / 360.0;
    next = exp(-0.5 / max(wide * wide, 1e-6));
    far = int(ceil(1.5 * wide));
}
