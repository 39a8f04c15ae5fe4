#version 330 core
/*
about:  an eight-tap blur, four source pixels wide
reads:  picture (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

void main() {
    vec2 two = 2.0 / vec2(textureSize(picture, 0));
    vec2 one = 1.0 / vec2(textureSize(picture, 0));
    vec3 sum = texture(picture, uv + vec2(two.x, 0.0)).rgb + texture(picture, uv - vec2(two.x, 0.0)).rgb;
    sum += texture(picture, uv + vec2(0.0, two.y)).rgb + texture(picture, uv - vec2(0.0, two.y)).rgb;
    sum += 2.0 * texture(picture, uv + one).rgb + 2.0 * texture(picture, uv - one).rgb;
    sum += 2.0 * texture(picture, uv + vec2(one.x, -one.y)).rgb + 2.0 * texture(picture, uv + vec2(-one.x, one.y)).rgb;
    color = vec4(sum / 12.0, 1.0);
}
