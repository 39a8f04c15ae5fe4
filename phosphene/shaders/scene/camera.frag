#version 330 core
/*
about: the camera picture cut into bands of time, the louder a band the longer ago, with coloured echoes behind
passes:
  - {name: tick, size: [1, 1], precise: true, rate: 24}
  - {name: history, size: [1280, 720], vertex: scene/camera/history.vert, vertices: 4, rate: 24}
  - {name: delay, size: [96, 1], precise: true}
  - {name: trails, scale: 0.5}
*/
const vec3 INK = vec3(0.004, 0.008, 0.030);
const vec3 WINE = vec3(0.300, 0.020, 0.085);
const vec3 CREAM = vec3(1.000, 0.740, 0.480);

uniform sampler2D media;
uniform sampler2D history;
uniform sampler2D delay;
uniform sampler2D trails;
uniform float fit;     // cover | contain: fill the picture, or fit into it
uniform float side;    // mirror | plain: mirrored, or as recorded
uniform float ink;     // 0.75 in 0..1: strength of the three-colour print
uniform float hue;     // 0 in -0.5..0.5 turns: of all colours
uniform float level;
uniform float kick;
uniform float snare;
uniform float pulse;
uniform float aspect;
uniform float media_aspect;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "scene/camera/media_at.glsl"
#include "scene/camera/history_tiles.glsl"
#include "lib/luminance.glsl"
#include "lib/rotate_hue.glsl"
#include "lib/inverse_shoulder.glsl"

vec4 column(float x) {
    float middle = 0.3 + 0.4 * random.x, distance = abs(x - middle) / max(middle, 1.0 - middle);
    return texelFetch(delay, ivec2(distance * 0.999 * float(textureSize(delay, 0).x), 0), 0);
}

vec3 print(vec3 shown) {
    float bright = sqrt(luminance(shown));
    vec3 inked = mix(mix(INK, WINE, smoothstep(0.16, 0.56, bright)), CREAM, smoothstep(0.44, 0.95, bright));
    return mix(shown, inked, ink);
}

void main() {
    vec2 at = (uv - 0.5) / (1.0 + 0.01 * pulse + 0.02 * kick) + 0.5;
    vec4 delayed = column(uv.x), old = texture(history, delayed.yz + tile_uv(at));
    vec3 shown = delayed.w > 0.5 && abs(old.a - 1.0) < 0.5 ? old.rgb : media_at(at);
    vec3 light = inverse_shoulder(print(shown)) * (0.8 + 0.5 * level + 0.7 * snare);
    color = vec4(rotate_hue(light + texture(trails, uv).rgb, hue), 1.0);
}
