#version 330 core
/*
about:  the spectrum, painted at the ring, flows away from it in both directions and fades. The texture is laid out like
        the visual cortex, where a stripe is seen as a ray, a ring or a spiral: x from the centre to the corners, y from
        the axis of a petal to its edge
reads:  ink, trail (this pass, one frame ago)
writes: rgba16f, linear, 0..1.5
*/
#define BRIGHTEST 1.5

const float SPACING = 0.022;               // share of half a petal: from a filament to the gap beside it
const float SHARPEN = 1.6;                 // share of the gap's light that a filament takes per second
const vec3 FADES = vec3(1.15, 1.3, 0.85);  // blue light lasts longer, so that distant light is cool

uniform sampler2D ink;
uniform sampler2D trail;
uniform float afterglow;  // 1.2 in 0.2..6 s, exp: time to half the light
uniform float drift;      // 0.6 in 0.15..2 1/s: outward, in natural logarithms of the radius per second
uniform float bass;       // 0..1
uniform float level;      // 0..1
uniform float minute;     // phase of a minute, 0..1
uniform float dt;         // seconds since the last frame
uniform vec4 random;      // four random numbers of the seed, 0..1

in vec2 uv;
out vec4 color;

#include "lib/log_radius.glsl"
#include "lib/ring_radius.glsl"
#include "lib/fast_sine.glsl"
#include "lib/finite.glsl"

vec2 drift_at(float from_ring) {
    float sway = fast_sine(uv.y) * fast_sine(1.4 * uv.x + 5.0 * minute + random.y);
    sway += 0.5 * fast_sine(2.0 * uv.y) * fast_sine(2.7 * uv.x - 7.0 * minute + random.z);
    return drift * (0.35 + 1.3 * bass) * vec2(clamp(from_ring / 0.15, -0.6, 1.0) / SPAN, 0.16 * sway);
}

vec3 advected(vec2 from) {
    vec2 size = vec2(textureSize(trail, 0));
    vec2 next = vec2(1.0 / size.x, 0.0), aside = vec2(0.0, SPACING);
    vec3 here = texture(trail, from).rgb;
    vec3 radial = texture(trail, from + next).rgb + texture(trail, from - next).rgb - 2.0 * here;
    vec3 angular = texture(trail, from + aside).rgb + texture(trail, from - aside).rgb - 2.0 * here;
    vec2 fraction = fract(from * size - 0.5);
    vec2 blur = 0.5 * fraction * (1.0 - fraction) / vec2(1.0, SPACING * SPACING * size.y * size.y);
    // Bilinear reads blur more at higher frame rates; undoing the blur makes all rates alike.
    return here - blur.x * radial - (blur.y + min(SHARPEN * level * dt, 0.2)) * angular;
}

void main() {
    float from_ring = SPAN * (uv.x - log_radius(ring_radius(bass)));
    vec3 light = advected(uv - drift_at(from_ring) * dt) * exp2(-dt / afterglow * FADES) - 0.012 * dt;
    light = max(light, 0.0);
    float at_ring = exp2(-from_ring * from_ring / (0.03 * 0.03));
    if (at_ring > 0.01) {
        light = mix(light, texture(ink, vec2(0.5, uv.y)).rgb, 1.0 - exp2(-60.0 * dt * at_ring));
    }
    color = vec4(finite(light), 1.0);
}
