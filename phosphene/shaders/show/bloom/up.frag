#version 330 core
/*
about:  a picture at twice its size, softened, over one of that size: up the dual Kawase
*/
uniform sampler2D smaller;
uniform sampler2D alike;
uniform float spread;  // 0.7 in 0..1: of the glow, that lies farther out at each size
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "show/bloom/apart.glsl"

void main() {
    vec2 side = apart(smaller, aspect), corner = 0.5 * side, other = corner * vec2(1.0, -1.0);
    vec2 right = vec2(side.x, 0.0), up = vec2(0.0, side.y);
    vec3 sum = texture(smaller, uv + right).rgb + texture(smaller, uv - right).rgb;
    sum += texture(smaller, uv + up).rgb + texture(smaller, uv - up).rgb;
    sum += 2.0 * (texture(smaller, uv + corner).rgb + texture(smaller, uv - corner).rgb);
    sum += 2.0 * (texture(smaller, uv + other).rgb + texture(smaller, uv - other).rgb);
    color = vec4(mix(texture(alike, uv).rgb, sum / 12.0, spread), 1.0);
}
