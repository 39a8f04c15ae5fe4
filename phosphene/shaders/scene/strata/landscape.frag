#version 330 core
/*
about:  the land in front of the sky, and the sun between them: each pixel finds the first row that covers it
reads:  skyline, tree, air
writes: rgba16f, linear
*/
uniform sampler2D skyline;
uniform sampler2D tree;
uniform sampler2D air;
uniform float aspect;

in vec2 uv;
flat in vec2 sun_at;
flat in float sun_radius;
flat in mat2x3 hot;
flat in mat3 rock;
flat in mat2x3 crest;
out vec4 color;

#include "scene/strata/perspective.glsl"

float bedding(float at) {
    return abs(2.0 * fract(at) - 1.0);
}

void main() {
    int column = int(uv.x * float(textureSize(tree, 0).x));
    int block = int(dot(step(texelFetch(tree, ivec2(column, 5), 0), vec4(uv.y)), vec4(1.0)));
    int row = 5 * block + int(dot(step(texelFetch(tree, ivec2(column, block), 0), vec4(uv.y)), vec4(1.0)));
    vec2 from_sun = (uv - sun_at) * vec2(aspect, 1.0);
    float pixel = dFdy(uv.y);
    bool is_sky = row == int(ROWS);
    vec4 haze = texture(air, vec2(uv.x, (is_sky ? sky_texel(uv.y) : float(row) + 0.5) / (ROWS + SKY)));
    vec3 light;
    if (is_sky) {
        float sun_disc = clamp(0.5 + (sun_radius - length(from_sun)) / pixel, 0.0, 1.0);
        light = mix(haze.rgb, mix(hot[0], hot[1], smoothstep(-0.12, 0.06, from_sun.y)), sun_disc);
    } else {
        vec4 crest_here = texture(skyline, vec2(uv.x, (float(row) + 0.5) / ROWS));
        float below = max(crest_here.r - uv.y, 0.0), altitude = crest_here.g - 1.6 * below;
        float bed_light = bedding(9.0 * altitude + 0.7 * crest_here.g) * bedding(3.7 * altitude + 0.3);
        float facing = smoothstep(-0.03, 0.05, crest_here.a * sign(-from_sun.x));
        light = mix(rock[0], mix(rock[1], rock[2], bed_light), (0.25 + 0.75 * facing) * (0.2 + 0.8 * bed_light));
        light += crest[0] * (crest_here.b / (1.0 + 3e5 * below * below)
            * (0.3 + 0.7 / (1.0 + 6.0 * from_sun.x * from_sun.x)));
        light += crest[1] * (crest_here.b / (1.0 + 40.0 * below));
        float clarity = haze.a / (1.0 + 2.5 * below * (1.0 - haze.a));
        light = mix(haze.rgb, light, clarity * clamp(0.4 + below / pixel, 0.0, 1.0));
    }
    color = vec4(light, 1.0);
}
