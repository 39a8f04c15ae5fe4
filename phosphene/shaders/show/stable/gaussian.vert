#version 330 core
/*
about:  full-screen vertex shader with the weights of the Gaussian that separates detail
*/
uniform sampler2D scene;
uniform float detail_radius;  // 1.2 in 0..4 px: at 360 lines; deviation of the Gaussian that separates detail

out vec2 uv;
flat out float neighbour_weight;
flat out int reach;

#include "lib/screen_triangle.glsl"

void main() {
    uv = screen_triangle();
    float deviation = detail_radius * float(textureSize(scene, 0).y) / 360.0;
    neighbour_weight = exp(-0.5 / max(deviation * deviation, 1e-6));
    reach = int(ceil(1.5 * deviation));
}
