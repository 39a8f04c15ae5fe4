#version 330 core
/*
about:  the tile of this moment, and no other: what lies in those stays
reads:  moment
writes: uv, 0..1 over the tile
*/
uniform sampler2D moment;

out vec2 uv;

#include "scene/camera/view.glsl"

void main() {
    uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 at = corner(texelFetch(moment, ivec2(0), 0).r) + uv / TILES;
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
