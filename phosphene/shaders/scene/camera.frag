#version 330 core
/*
about: who stands before it, cut into bands of time, the louder the longer ago, with echoes in colour behind
passes:
  - {name: moment, size: [1, 1], precise: true, rate: 24}
  - {name: past, size: [1280, 720], vertex: scene/camera/past.vert, vertices: 4, rate: 24}
  - {name: late, size: [96, 1], precise: true}
  - {name: ghosts, scale: 0.5}
*/
const vec3 INK = vec3(0.004, 0.008, 0.030);
const vec3 WINE = vec3(0.300, 0.020, 0.085);
const vec3 CREAM = vec3(1.000, 0.740, 0.480);

uniform sampler2D media;
uniform sampler2D past;
uniform sampler2D late;
uniform sampler2D ghosts;
uniform float fit;     // cover | contain: the picture, or stand in it whole
uniform float side;    // mirror | plain: as in a mirror, or as others see it
uniform float ink;     // 0.75 in 0..1: three colours for all
uniform float hue;     // 0 in -0.5..0.5 turns: of all colours
uniform float level;
uniform float kick;
uniform float snare;
uniform float pulse;
uniform float aspect;
uniform float media_aspect;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "scene/camera/seen.glsl"
#include "scene/camera/view.glsl"
#include "lib/luminance.glsl"
#include "lib/turned.glsl"
#include "lib/unshoulder.glsl"

vec4 column(float x) {
    float middle = 0.3 + 0.4 * lots.x, part = abs(x - middle) / max(middle, 1.0 - middle);
    return texelFetch(late, ivec2(part * 0.999 * float(textureSize(late, 0).x), 0), 0);
}

vec3 printed(vec3 shown) {
    float bright = sqrt(luminance(shown));
    vec3 three = mix(mix(INK, WINE, smoothstep(0.16, 0.56, bright)), CREAM, smoothstep(0.44, 0.95, bright));
    return mix(shown, three, ink);
}

void main() {
    vec2 at = (uv - 0.5) / (1.0 + 0.01 * pulse + 0.02 * kick) + 0.5;
    vec4 own = column(uv.x), then = texture(past, own.yz + inside(at));
    vec3 shown = own.w > 0.5 && abs(then.a - 1.0) < 0.5 ? then.rgb : seen(at);
    vec3 light = unshoulder(printed(shown)) * (0.8 + 0.5 * level + 0.7 * snare);
    color = vec4(turned(light + texture(ghosts, uv).rgb, hue), 1.0);
}
