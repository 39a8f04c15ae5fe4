#version 330 core
/*
about:  all of the water, and what is the same everywhere in it
reads:  drops
writes: uv; of each drum the place of its drop, and its glow; how far the sound's place in the circle of
        fifths moves the inks along the stroke; where the stroke leads; what is left of the inks after a step
*/
const vec3 FADES = vec3(0.8, 1.0, 1.3);

uniform sampler2D drops;
uniform float lasts;  // 5 in 1..30 s, exp: to half the ink
uniform float minute;
uniform float aspect;
uniform float dt;
uniform vec4 lots;

out vec2 uv;
flat out vec3 kicked;
flat out vec3 snared;
flat out vec3 hatted;
flat out float tone;
flat out vec2 toward;
flat out vec3 left;

#include "lib/screen.glsl"
#include "scene/flow/way.glsl"

void main() {
    uv = screen();
    kicked = texelFetch(drops, ivec2(0, 0), 0).xyz;
    snared = texelFetch(drops, ivec2(1, 0), 0).xyz;
    hatted = texelFetch(drops, ivec2(2, 0), 0).xyz;
    tone = 0.6 * texelFetch(drops, ivec2(3, 0), 0).y;
    toward = way(aspect, minute, lots.z);
    left = exp2(-dt / lasts * FADES);
}
