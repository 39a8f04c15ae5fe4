#version 330 core
/*
about:  ink of three colours, advected by the water and added by the drums and the spectrum
reads:  dye (this pass, one step ago), velocity, stroke
writes: the amount of each ink, and its age in seconds
*/
#define BRIGHTEST 2.0

const float MAX_INK = 1.6;
const float MAX_AGE = 4.0;  // seconds

uniform sampler2D dye;
uniform sampler2D velocity;
uniform sampler2D stroke;
uniform float aspect;
uniform float dt;

in vec2 uv;
flat in vec3 kick_drop;
flat in vec3 snare_drop;
flat in vec3 hat_drop;
flat in float tone;
flat in vec2 direction;
flat in vec3 remaining;
out vec4 color;

#include "lib/finite.glsl"
#include "lib/catmull_rom.glsl"
#include "scene/flow/domain.glsl"

// The outward velocity around a spreading drop, in heights per second, and the ink that falls at this place.
vec3 drop_ink(vec2 at, vec3 drop, float radius, float thrust) {
    vec2 distance = at - drop.xy;
    float glow = drop.z * drop.z, squared = dot(distance, distance) / (radius * radius);
    return glow * vec3(distance * thrust / (radius * (0.7 + squared)), clamp(2.0 - 2.0 * squared, 0.0, 1.0));
}

void main() {
    vec2 extent = DOMAIN * vec2(aspect, 1.0), at = (uv - 0.5) * extent;
    vec3 kick = drop_ink(at, kick_drop, 0.06, 0.35), snare = drop_ink(at, snare_drop, 0.045, 0.2),
        hat = drop_ink(at, hat_drop, 0.016, 0.0);
    vec2 moved = dt * (texture(velocity, uv).rg + kick.xy + snare.xy);
    vec4 advected = catmull_rom(dye, uv - moved / extent);
    float part = clamp(0.5 + dot(at, direction), 0.0, 1.0);
    vec2 across = normalize(vec2(-direction.y, direction.x)), seep = texture(stroke, vec2(part, 0.5)).rg;
    float offset = dot(at, across) - seep.r, swept = dot(moved, across);
    // covers the path since the last step, so that fast ink leaves no gaps
    offset -= clamp(offset, min(swept, 0.0), max(swept, 0.0));
    float line = max(1.0 - 2.5e4 * offset * offset, 0.0);
    vec3 inflow = 20.0 * seep.g * line * line * max(1.0 - abs(2.0 * part + tone - vec3(0.0, 1.0, 2.0)), 0.0);
    inflow += vec3(40.0, 40.0, 30.0) * vec3(kick.z, snare.z, hat.z);
    vec3 ink = advected.rgb * remaining - 0.004 * dt;
    ink += dt * inflow * max(1.0 - ink / MAX_INK, 0.0);
    float age = (advected.a + dt) * max(1.0 - dt * (inflow.r + inflow.g + inflow.b), 0.0);
    color = vec4(finite(ink), age == age ? clamp(age, 0.0, MAX_AGE) : MAX_AGE);
}
