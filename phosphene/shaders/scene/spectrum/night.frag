#version 330 core
/*
about:  the lake, the hills and the sky
reads:  sky, lake
writes: rgba16f, linear
*/
uniform sampler2D sky;
uniform sampler2D lake;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "scene/spectrum/view.glsl"

void main() {
    float pixel = fwidth(uv.y), up = sky_height(uv.y);
    vec3 light = texture(sky, vec2(uv.x, up)).rgb;
    float ridge = ridge_height(uv.x, random);
    light = mix(light, RIDGE + 0.04 * light, smoothstep(ridge + pixel, ridge - pixel, up));
    color = vec4(mix(light, texture(lake, vec2(uv.x, uv.y / HORIZON)).rgb, step(up, 0.0)), 1.0);
}
