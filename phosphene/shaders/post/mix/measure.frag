#version 330 core
/*
about:  flash measurement of a transition
reads:  outgoing, incoming, limit (one frame ago)
writes: see lib/measure_flashes.glsl
*/
out vec4 color;

#include "lib/transition.glsl"
#define PICTURE transition
#include "lib/measure_flashes.glsl"

void main() {
    color = measure_flashes();
}
