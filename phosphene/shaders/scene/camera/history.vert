#version 330 core
/*
about:  covers the tile of the current tick only, so that all other tiles keep their pictures
reads:  tick
writes: uv, 0..1 over the tile
*/
uniform sampler2D tick;

out vec2 uv;

#include "scene/camera/history_tiles.glsl"

void main() {
    uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 at = tile_corner(texelFetch(tick, ivec2(0), 0).r) + uv / TILES;
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
