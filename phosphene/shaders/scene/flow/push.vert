#version 330 core
/*
about:  all of the water, and what is the same everywhere in it
reads:  drops
writes: uv; of kick and snare the place of their drops, and their glow; how far right the sound is; where the stroke leads
*/
uniform sampler2D drops;
uniform float minute;
uniform float aspect;
uniform vec4 lots;

out vec2 uv;
flat out vec3 kicked;
flat out vec3 snared;
flat out float right;
flat out vec2 toward;

#include "lib/screen.glsl"
#include "scene/flow/way.glsl"

void main() {
    uv = screen();
    kicked = texelFetch(drops, ivec2(0, 0), 0).xyz;
    snared = texelFetch(drops, ivec2(1, 0), 0).xyz;
    right = texelFetch(drops, ivec2(3, 0), 0).x;
    toward = way(aspect, minute, lots.z);
}
