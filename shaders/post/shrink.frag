#version 330 core
/*
about:  a picture at a quarter of its size, without the flicker that four taps apart would leave
reads:  picture (linear rgb), four times as large
writes: rgba16f, linear
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

void main() {
    vec2 step = 1.0 / vec2(textureSize(picture, 0));
    vec3 sum = texture(picture, uv + step * vec2(-1.0, -1.0)).rgb + texture(picture, uv + step * vec2(1.0, -1.0)).rgb;
    sum += texture(picture, uv + step * vec2(-1.0, 1.0)).rgb + texture(picture, uv + step * vec2(1.0, 1.0)).rgb;
    color = vec4(0.25 * sum, 1.0);
}
