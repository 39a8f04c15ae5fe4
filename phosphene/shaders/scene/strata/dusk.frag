#version 330 core
/*
about:  the land before the sky, and the sun between them: a pixel finds the first row that reaches it
reads:  skyline, tree, air
writes: rgba16f, linear
*/
uniform sampler2D skyline;
uniform sampler2D tree;
uniform sampler2D air;
uniform float aspect;

in vec2 uv;
flat in vec2 sunk;
flat in float wide;
flat in mat2x3 hot;
flat in mat3 rock;
flat in mat2x3 crest;
out vec4 color;

#include "scene/strata/view.glsl"

float layer(float at) {
    return abs(2.0 * fract(at) - 1.0);
}

void main() {
    int column = int(uv.x * float(textureSize(tree, 0).x));
    int block = int(dot(step(texelFetch(tree, ivec2(column, 5), 0), vec4(uv.y)), vec4(1.0)));
    int row = 5 * block + int(dot(step(texelFetch(tree, ivec2(column, block), 0), vec4(uv.y)), vec4(1.0)));
    vec2 to = (uv - sunk) * vec2(aspect, 1.0);
    float pixel = dFdy(uv.y);
    bool above = row == int(ROWS);
    vec4 haze = texture(air, vec2(uv.x, (above ? texel(uv.y) : float(row) + 0.5) / (ROWS + SKY)));
    vec3 light;
    if (above) {
        float disc = clamp(0.5 + (wide - length(to)) / pixel, 0.0, 1.0);
        light = mix(haze.rgb, mix(hot[0], hot[1], smoothstep(-0.12, 0.06, to.y)), disc);
    } else {
        vec4 here = texture(skyline, vec2(uv.x, (float(row) + 0.5) / ROWS));
        float under = max(here.r - uv.y, 0.0), altitude = here.g - 1.6 * under;
        float bed = layer(9.0 * altitude + 0.7 * here.g) * layer(3.7 * altitude + 0.3);
        float toward = smoothstep(-0.03, 0.05, here.a * sign(-to.x));
        light = mix(rock[0], mix(rock[1], rock[2], bed), (0.25 + 0.75 * toward) * (0.2 + 0.8 * bed));
        light += crest[0] * (here.b / (1.0 + 3e5 * under * under) * (0.3 + 0.7 / (1.0 + 6.0 * to.x * to.x)));
        light += crest[1] * (here.b / (1.0 + 40.0 * under));
        float clear = haze.a / (1.0 + 2.5 * under * (1.0 - haze.a));
        light = mix(haze.rgb, light, clear * clamp(0.4 + under / pixel, 0.0, 1.0));
    }
    color = vec4(light, 1.0);
}
