#version 330 core
/*
about:  the spectrum, painted where the ring is, flows away from it both ways and fades. It lies as on the
        visual cortex, where a stripe is what the eye takes for a ray, a ring or a spiral: from the centre
        to the corners, and from the axis of a petal to its edge
reads:  ink, trail (this pass, one frame ago)
writes: rgba16f, linear, 0..1.5
*/
#define BRIGHTEST 1.5

const float APART = 0.022;    // of half a petal: from a filament to the dark beside it
const float SHARPEN = 1.6;    // of the light that a filament takes from there, a second
const vec3 FADES = vec3(1.15, 1.3, 0.85);  // blue light lasts, so that what is far out is cool

uniform sampler2D ink;
uniform sampler2D trail;
uniform float afterglow;  // 1.2 in 0.2..6 s, exp: to half the light
uniform float drift;      // 0.6 in 0.15..2 1/s: outward, in natural logarithms of the distance from the centre
uniform float bass;       // 0..1
uniform float level;      // 0..1
uniform float minute;     // a turn a minute
uniform float dt;         // seconds since the last frame
uniform vec4 lots;        // drawn once for a seed

in vec2 uv;
out vec4 color;

#include "lib/depth.glsl"
#include "lib/ring.glsl"
#include "lib/swing.glsl"
#include "lib/finite.glsl"

vec2 flow(float from_ring) {
    float sway = swing(uv.y) * swing(1.4 * uv.x + 5.0 * minute + lots.y);
    sway += 0.5 * swing(2.0 * uv.y) * swing(2.7 * uv.x - 7.0 * minute + lots.z);
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

void main() {
    float from_ring = SPAN * (uv.x - depth(ring(bass)));
    vec3 light = carried(uv - flow(from_ring) * dt) * exp2(-dt / afterglow * FADES) - 0.012 * dt;
    light = max(light, 0.0);
    float wet = exp2(-from_ring * from_ring / (0.03 * 0.03));
    if (wet > 0.01) {
        light = mix(light, texture(ink, vec2(0.5, uv.y)).rgb, 1.0 - exp2(-60.0 * dt * wet));
    }
    color = vec4(finite(light), 1.0);
}
