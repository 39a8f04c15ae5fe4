#version 330 core
/*
about: the past of the spectrum as a land at dusk, ridge behind ridge, that the music leaves behind; drums light it
passes:
  - {name: mood, size: [1, 1], precise: true}
  - {name: land, size: [256, 24], precise: true}
  - {name: reach, size: [512, 24], precise: true}
  - {name: skyline, size: [512, 24], precise: true}
  - {name: tree, size: [512, 6], precise: true}
  - {name: paint, size: [64, 24]}
  - {name: sky, scale: 0.25}
*/
const vec3 SHADE = vec3(0.004, 0.007, 0.022);
const vec3 CLAY = vec3(0.20, 0.030, 0.055);
const vec3 SAND = vec3(0.36, 0.15, 0.070);

uniform sampler2D mood;
uniform sampler2D skyline;
uniform sampler2D tree;
uniform sampler2D paint;
uniform sampler2D sky;
uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float glow;   // 1 in 0..3: of the sun, and of the crests
uniform float kick;
uniform float hat;
uniform float aspect;
uniform float minute;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "scene/strata/view.glsl"
#include "scene/strata/air.glsl"
#include "lib/turned.glsl"
#include "lib/lot.glsl"

vec3 stars() {
    vec2 grid = uv * vec2(aspect, 1.0) * 36.0, drawn = lot(floor(grid) + floor(97.0 * lots.yz));
    vec2 off = fract(grid) - 0.15 - 0.7 * drawn;
    float shine = fract(17.0 * drawn.x), twinkle = abs(fract(9.0 * drawn.y + 20.0 * minute) - 0.5);
    float near = max(1.0 - (70.0 + 200.0 * shine) * dot(off, off), 0.0);
    return vec3(0.7, 0.85, 1.2) * near * near * pow(shine, 4.0) * (0.3 + twinkle + 4.0 * hat);
}

float layer(float at) {
    return abs(2.0 * fract(at) - 1.0);
}

void main() {
    vec4 told = texelFetch(mood, ivec2(0), 0);
    int column = int(uv.x * float(textureSize(tree, 0).x));
    int block = int(dot(step(texelFetch(tree, ivec2(column, 5), 0), vec4(uv.y)), vec4(1.0)));
    int row = 5 * block + int(dot(step(texelFetch(tree, ivec2(column, block), 0), vec4(uv.y)), vec4(1.0)));
    vec2 at = sun(told, lots.x), to = (uv - at) * vec2(aspect, 1.0);
    float pixel = dFdy(uv.y);
    vec3 light;
    if (row == int(ROWS)) {
        float disc = clamp(0.5 + (0.085 + 0.012 * kick - length(to)) / pixel, 0.0, 1.0);
        vec3 hot = mix(EMBER, GOLD, smoothstep(-0.12, 0.06, to.y)) * (0.8 + 1.2 * told.z + 1.5 * kick);
        light = mix(texture(sky, uv).rgb + stars() * smoothstep(HORIZON, 0.9, uv.y), glow * hot, disc);
    } else {
        vec2 from = vec2(uv.x, (float(row) + 0.5) / ROWS);
        vec4 here = texture(skyline, from), air = texture(paint, from);
        float under = max(here.r - uv.y, 0.0), altitude = here.g - 1.6 * under;
        float bed = layer(9.0 * altitude + 0.7 * here.g) * layer(3.7 * altitude + 0.3);
        float toward = smoothstep(-0.03, 0.05, here.a * sign(-to.x));
        vec3 rock = mix(SHADE, mix(CLAY, SAND, bed), (0.15 + told.z) * (0.25 + 0.75 * toward) * (0.2 + 0.8 * bed));
        float crest = glow * here.b / (1.0 + 3e5 * under * under);
        rock += mix(EMBER, GOLD, 0.6) * crest * (0.3 + 0.7 / (1.0 + 6.0 * to.x * to.x));
        rock += 0.06 * glow * EMBER * here.b / (1.0 + 40.0 * under);
        float clear = air.a / (1.0 + 2.5 * under * (1.0 - air.a));
        light = mix(air.rgb, rock, clear * clamp(0.4 + under / pixel, 0.0, 1.0));
    }
    color = vec4(turned(light, hue + 0.025 * told.x), 1.0);
}
