#version 330 core
/*
about: who stands before it, cut into bands of time, the louder the longer ago, with echoes in colour behind
passes:
  - {name: late, size: [32, 1], precise: true}
  - {name: moment, size: [1, 1], precise: true, rate: 24}
  - {name: past, size: [1280, 720], vertex: scene/camera/past.vert, vertices: 4, rate: 24}
  - {name: ghosts, scale: 0.5}
*/
const vec3 INK = vec3(0.004, 0.008, 0.030);
const vec3 WINE = vec3(0.300, 0.020, 0.085);
const vec3 CREAM = vec3(1.000, 0.740, 0.480);

uniform sampler2D media;
uniform sampler2D past;
uniform sampler2D moment;
uniform sampler2D late;
uniform sampler2D ghosts;
uniform float fit;     // cover | contain: the picture, or stand in it whole
uniform float side;    // mirror | plain: as in a mirror, or as others see it
uniform float slit;    // 0.7 in 0..1: by which loud bands are late
uniform float span;    // 0.8 in 0.1..0.95 s: of the past that is seen
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

vec3 ago(vec2 at, float moments, float now, vec3 present) {
    vec4 then = texture(past, tile(at, now - moments));
    return abs(then.a - 1.0) < 0.5 ? then.rgb : present;
}

float aside(float x) {
    float middle = 0.3 + 0.4 * lots.x;
    return abs(x - middle) / max(middle, 1.0 - middle);
}

vec3 printed(vec3 shown) {
    float bright = sqrt(luminance(shown));
    vec3 three = mix(mix(INK, WINE, smoothstep(0.16, 0.56, bright)), CREAM, smoothstep(0.44, 0.95, bright));
    return mix(shown, three, ink);
}

void main() {
    float now = texelFetch(moment, ivec2(0), 0).r;
    vec2 at = (uv - 0.5) / (1.0 + 0.01 * pulse + 0.02 * kick) + 0.5;
    vec3 present = seen(at);
    float moments = slit * span * MOMENTS * texture(late, vec2(aside(uv.x), 0.5)).r, whole = floor(moments);
    vec3 nearer = whole < 1.0 ? present : ago(at, whole - 1.0, now, present);
    vec3 shown = mix(nearer, ago(at, whole, now, present), moments - whole);
    vec3 light = unshoulder(printed(shown)) * (0.8 + 0.5 * level + 0.7 * snare);
    color = vec4(turned(light + texture(ghosts, uv).rgb, hue), 1.0);
}
