#version 330 core
/*
about:  ink of three colours, carried along, and let in where drums and the spectrum are
reads:  dye (this pass, one step ago), current, stroke
writes: how much there is of each, and how long ago it was let in, in seconds
*/
#define BRIGHTEST 2.0

const float THICKEST = 1.6;
const float OLDEST = 4.0;  // seconds

uniform sampler2D dye;
uniform sampler2D current;
uniform sampler2D stroke;
uniform float aspect;
uniform float dt;

in vec2 uv;
flat in vec3 kicked;
flat in vec3 snared;
flat in vec3 hatted;
flat in float tone;
flat in vec2 toward;
flat in vec3 left;
out vec4 color;

#include "lib/finite.glsl"
#include "lib/crisp.glsl"
#include "scene/flow/water.glsl"

// Where a drop that spreads thrusts what is around it, in heights a second, and how much of it falls there.
vec3 fallen(vec2 at, vec3 drop, float wide, float thrust) {
    vec2 far = at - drop.xy;
    float glow = drop.z * drop.z, apart = dot(far, far) / (wide * wide);
    return glow * vec3(far * thrust / (wide * (0.7 + apart)), clamp(2.0 - 2.0 * apart, 0.0, 1.0));
}

void main() {
    vec2 room = BEYOND * vec2(aspect, 1.0), at = (uv - 0.5) * room;
    vec3 kick = fallen(at, kicked, 0.06, 0.35), snare = fallen(at, snared, 0.045, 0.2), hat = fallen(at, hatted, 0.016, 0.0);
    vec2 moved = dt * (texture(current, uv).rg + kick.xy + snare.xy);
    vec4 carried = crisp(dye, uv - moved / room);
    float part = clamp(0.5 + dot(at, toward), 0.0, 1.0);
    vec2 beside = normalize(vec2(-toward.y, toward.x)), here = texture(stroke, vec2(part, 0.5)).rg;
    float off = dot(at, beside) - here.r, gone = dot(moved, beside);
    off -= clamp(off, min(gone, 0.0), max(gone, 0.0));  // no gaps, however fast it goes
    float thin = max(1.0 - 2.5e4 * off * off, 0.0);
    vec3 fresh = 20.0 * here.g * thin * thin * max(1.0 - abs(2.0 * part + tone - vec3(0.0, 1.0, 2.0)), 0.0);
    fresh += vec3(40.0, 40.0, 30.0) * vec3(kick.z, snare.z, hat.z);
    vec3 ink = carried.rgb * left - 0.004 * dt;
    ink += dt * fresh * max(1.0 - ink / THICKEST, 0.0);
    float age = (carried.a + dt) * max(1.0 - dt * (fresh.r + fresh.g + fresh.b), 0.0);
    color = vec4(finite(ink), age == age ? clamp(age, 0.0, OLDEST) : OLDEST);
}
