#version 330 core
/*
about:  full-screen vertex shader with the values that are the same in the whole water
reads:  drops
writes: uv; position and glow of the drops of kick and snare; stereo balance; direction of the stroke
*/
uniform sampler2D drops;
uniform float minute;
uniform float aspect;
uniform vec4 random;

out vec2 uv;
flat out vec3 kick_drop;
flat out vec3 snare_drop;
flat out float stereo_balance;
flat out vec2 direction;

#include "lib/screen_triangle.glsl"
#include "scene/flow/stroke_direction.glsl"

void main() {
    uv = screen_triangle();
    kick_drop = texelFetch(drops, ivec2(0, 0), 0).xyz;
    snare_drop = texelFetch(drops, ivec2(1, 0), 0).xyz;
    stereo_balance = texelFetch(drops, ivec2(3, 0), 0).x;
    direction = stroke_direction(aspect, minute, random.z);
}
