#version 330 core
/*
about:  a picture at twice its size, softened, over one of that size: up the dual Kawase
*/
uniform sampler2D smaller;
uniform sampler2D alike;
uniform float spread;  // 0.7 in 0..1: of the glow, that lies farther out at each size

in vec2 uv;
out vec4 color;

void main() {
    vec2 half_step = 0.5 / vec2(textureSize(smaller, 0)), aside = half_step * vec2(1.0, -1.0);
    vec2 right = vec2(2.0 * half_step.x, 0.0), up = vec2(0.0, 2.0 * half_step.y);
    vec3 sum = texture(smaller, uv + right).rgb + texture(smaller, uv - right).rgb;
    sum += texture(smaller, uv + up).rgb + texture(smaller, uv - up).rgb;
    sum += 2.0 * (texture(smaller, uv + half_step).rgb + texture(smaller, uv - half_step).rgb);
    sum += 2.0 * (texture(smaller, uv + aside).rgb + texture(smaller, uv - aside).rgb);
    color = vec4(mix(texture(alike, uv).rgb, sum / 12.0, spread), 1.0);
}
