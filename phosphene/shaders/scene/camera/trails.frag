#version 330 core
/*
about:  two coloured echoes of the past, larger with age
reads:  history, tick
writes: rgba16f, linear
*/
const vec3 AZURE = vec3(0.030, 0.420, 0.950);
const vec3 AMBER = vec3(1.000, 0.330, 0.040);

uniform sampler2D history;
uniform sampler2D tick;
uniform float span;    // 0.8 in 0.1..0.95 s: length of the past that is shown
uniform float echoes;  // 0.6 in 0..1: strength of the echoes
uniform float level;
uniform float kick;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "scene/camera/history_tiles.glsl"
#include "lib/luminance.glsl"

float echo(float age, float now) {
    vec2 at = (uv - 0.5) * (1.0 - (0.06 + 0.08 * kick) * age) + 0.5 + vec2(0.2 * (random.y - 0.5) * age, 0.0);
    vec4 old = texture(history, tile_corner(now - floor(age * span * TICKS)) + tile_uv(at));
    float bright = abs(old.a - 1.0) < 0.5 ? luminance(old.rgb) : 0.0;
    return bright * smoothstep(0.05, 0.3, bright);
}

void main() {
    float now = texelFetch(tick, ivec2(0), 0).r;
    vec3 light = AZURE * echo(0.5, now) + AMBER * echo(1.0, now);
    color = vec4(echoes * (0.5 + 1.5 * level + 1.5 * kick) * light, 1.0);
}
