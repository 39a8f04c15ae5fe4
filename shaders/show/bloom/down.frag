#version 330 core
/*
about:  a picture at half its size, softened: down the dual Kawase
*/
uniform sampler2D larger;

in vec2 uv;
out vec4 color;

void main() {
    vec2 step = 1.0 / vec2(textureSize(larger, 0)), aside = step * vec2(1.0, -1.0);
    vec3 sum = 4.0 * texture(larger, uv).rgb + texture(larger, uv + step).rgb + texture(larger, uv - step).rgb;
    color = vec4((sum + texture(larger, uv + aside).rgb + texture(larger, uv - aside).rgb) / 8.0, 1.0);
}
