#version 330 core
/*
about:  full-screen vertex shader with the values that are the same in the whole water
reads:  drops
writes: uv; position and glow of each drum's drop; how far the position in the circle of fifths moves the inks along the
        stroke; direction of the stroke; the share of each ink that remains after a step
*/
const vec3 FADES = vec3(0.8, 1.0, 1.3);

uniform sampler2D drops;
uniform float lasts;  // 5 in 1..30 s, exp: time to half the ink
uniform float minute;
uniform float aspect;
uniform float dt;
uniform vec4 random;

out vec2 uv;
flat out vec3 kick_drop;
flat out vec3 snare_drop;
flat out vec3 hat_drop;
flat out float tone;
flat out vec2 direction;
flat out vec3 remaining;

#include "lib/screen_triangle.glsl"
#include "scene/flow/stroke_direction.glsl"

void main() {
    uv = screen_triangle();
    kick_drop = texelFetch(drops, ivec2(0, 0), 0).xyz;
    snare_drop = texelFetch(drops, ivec2(1, 0), 0).xyz;
    hat_drop = texelFetch(drops, ivec2(2, 0), 0).xyz;
    tone = 0.6 * texelFetch(drops, ivec2(3, 0), 0).y;
    direction = stroke_direction(aspect, minute, random.z);
    remaining = exp2(-dt / lasts * FADES);
}
