#version 330 core
/*
about:  a blur of eight taps, as wide as four of the pixels it reads
reads:  picture (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

void main() {
    vec2 wide = 2.0 / vec2(textureSize(picture, 0));
    vec2 near = 1.0 / vec2(textureSize(picture, 0));
    vec3 sum = texture(picture, uv + vec2(wide.x, 0.0)).rgb + texture(picture, uv - vec2(wide.x, 0.0)).rgb;
    sum += texture(picture, uv + vec2(0.0, wide.y)).rgb + texture(picture, uv - vec2(0.0, wide.y)).rgb;
    sum += 2.0 * texture(picture, uv + near).rgb + 2.0 * texture(picture, uv - near).rgb;
    sum += 2.0 * texture(picture, uv + vec2(near.x, -near.y)).rgb + 2.0 * texture(picture, uv + vec2(-near.x, near.y)).rgb;
    color = vec4(sum / 12.0, 1.0);
}
