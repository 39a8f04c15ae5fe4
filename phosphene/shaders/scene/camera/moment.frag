#version 330 core
/*
about:  which moment it is, counted
reads:  moment (this pass, one moment ago)
writes: 0..24, over and over
*/
uniform sampler2D moment;

out vec4 color;

#include "scene/camera/view.glsl"

void main() {
    float before = texelFetch(moment, ivec2(0), 0).r;
    color = vec4(before >= 0.0 && before < TILES * TILES ? mod(before + 1.0, TILES * TILES) : 0.0);
}
