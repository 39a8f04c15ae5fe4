#version 330 core
/*
about:  the spectrum, painted where the ring is, flows away from it both ways and fades. It lies as on the
        visual cortex, where a stripe is what the eye takes for a ray, a ring or a spiral: from the centre
        to the corners, and from the axis of a petal to its edge
reads:  bands (0..1), trail (this pass, one frame ago)
writes: rgba16f, linear, 0..1.5
*/
#define BRIGHTEST 1.5

const float TURN = 6.2831853;
const float STRANDS = 7.0;    // in half a petal
const float APART = 0.022;    // of half a petal: from a filament to the dark beside it
const float SHARPEN = 1.6;    // of the light that a filament takes from there, a second
const vec3 FADES = vec3(1.15, 1.3, 0.85);  // blue light lasts, so that what is far out is cool

uniform sampler2D bands;
uniform sampler2D trail;
uniform float afterglow;  // 1.2 in 0.2..6 s, exp: to half the light
uniform float drift;      // 0.6 in 0.15..2 1/s: outward, in natural logarithms of the distance from the centre
uniform float hue;        // 0.55 in 0..1: of its colours
uniform float bass;       // 0..1
uniform float level;      // 0..1
uniform float onset;      // 1 at an onset, then it fades
uniform float centre;     // 0..1, where the spectrum's weight lies
uniform float minute;     // a turn a minute
uniform float dt;         // seconds since the last frame
uniform vec4 lots;        // drawn once for a seed

in vec2 uv;
out vec4 color;

#include "lib/depth.glsl"
#include "lib/ring.glsl"
#include "lib/palette.glsl"
#include "lib/finite.glsl"

vec2 flow(float from_ring) {
    float phase = TURN * minute;
    float sway = sin(TURN * uv.y) * sin(9.0 * uv.x + 5.0 * phase + TURN * lots.y);
    sway += 0.5 * sin(2.0 * TURN * uv.y) * sin(17.0 * uv.x - 7.0 * phase + TURN * lots.z);
    return drift * (0.35 + 1.3 * bass) * vec2(clamp(from_ring / 0.15, -0.6, 1.0) / SPAN, 0.16 * sway);
}

vec3 carried(vec2 from) {
    vec2 size = vec2(textureSize(trail, 0));
    vec2 next = vec2(1.0 / size.x, 0.0), beside = vec2(0.0, APART);
    vec3 here = texture(trail, from).rgb;
    vec3 along = texture(trail, from + next).rgb + texture(trail, from - next).rgb - 2.0 * here;
    vec3 across = texture(trail, from + beside).rgb + texture(trail, from - beside).rgb - 2.0 * here;
    vec2 between = fract(from * size - 0.5);
    vec2 blur = 0.5 * between * (1.0 - between) / vec2(1.0, APART * APART * size.y * size.y);
    // Reading between texels blurs, more at more frames a second; taking that back makes all rates alike.
    return here - blur.x * along - (blur.y + min(SHARPEN * level * dt, 0.2)) * across;
}

vec3 paint() {
    float heard = texture(bands, vec2(0.02 + 0.9 * uv.y, 0.5)).r;
    float weave = 0.4 * sin(TURN * (11.0 * minute + uv.y));
    float strand = 0.5 + 0.5 * cos(TURN * (STRANDS * uv.y + weave));
    float tint = hue + lots.x + minute;
    vec3 tone = palette(tint + 0.4 * uv.y + 0.3 * centre) * (0.1 + 1.3 * strand * strand);
    vec3 beat = palette(tint + 0.7) * (0.4 + 1.4 * strand);
    return max(tone * heard * heard * (0.6 + 0.9 * onset), beat * pow(onset, 4.0));
}

void main() {
    float from_ring = SPAN * (uv.x - depth(ring(bass)));
    vec3 light = carried(uv - flow(from_ring) * dt) * exp2(-dt / afterglow * FADES) - 0.012 * dt;
    light = max(light, 0.0);
    float wet = exp2(-from_ring * from_ring / (0.03 * 0.03));
    if (wet > 0.01) {
        light = mix(light, paint(), 1.0 - exp2(-60.0 * dt * wet));
    }
    color = vec4(finite(light), 1.0);
}
