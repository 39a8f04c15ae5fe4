#version 330 core
/*
about:  luma and chroma at a quarter of the size
reads:  picture (linear rgb)
writes: rgba16f, Y - 0.5, Cb, Cr
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

#include "show/stable/display_ycc.glsl"

void main() {
    vec2 pixel = 1.0 / vec2(textureSize(picture, 0));  // off centre: each tap is the mean of four pixels
    vec3 sum = display_ycc(texture(picture, uv - pixel).rgb) + display_ycc(texture(picture, uv + pixel).rgb);
    sum += display_ycc(texture(picture, uv + vec2(pixel.x, -pixel.y)).rgb);
    sum += display_ycc(texture(picture, uv + vec2(-pixel.x, pixel.y)).rgb);
    color = vec4(0.25 * sum - vec3(0.5, 0.0, 0.0), 1.0);
}
