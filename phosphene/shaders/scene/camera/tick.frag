#version 330 core
/*
about:  a counter of the frames stored in the history
reads:  tick (this pass, one tick ago)
writes: 0..24, cyclic
*/
uniform sampler2D tick;

out vec4 color;

#include "scene/camera/history_tiles.glsl"

void main() {
    float before = texelFetch(tick, ivec2(0), 0).r;
    color = vec4(before >= 0.0 && before < TILES * TILES ? mod(before + 1.0, TILES * TILES) : 0.0);
}
