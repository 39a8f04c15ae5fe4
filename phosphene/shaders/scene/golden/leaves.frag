#version 330 core
/*
about:  the rectangle of each region; in the second row, the rectangles that the spiral runs through
reads:  cuts
writes: lower left corner and size, in heights: of a leaf, or of the larger remaining part after as many cuts
*/
uniform sampler2D cuts;
uniform float depth;  // 7 in 3..9: depth of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float cut;    // whirl | mosaic: cut the smaller part more often, or the larger
uniform float shake;  // 0.03 in 0..0.25: how far a kick moves the first cut, and a snare the second
uniform float kick;
uniform float snare;
uniform float aspect;
uniform vec4 random;

out vec4 color;

#include "lib/golden_section.glsl"

void main() {
    float lean[LEVELS];
    for (int level = 0; level < LEVELS; ++level) {
        lean[level] = texelFetch(cuts, ivec2(level, 0), 0).x;
    }
    lean[0] += shake * kick * sign(0.5 - lean[0]);
    lean[1] += shake * snare * sign(0.5 - lean[1]);
    int levels_deep = int(depth + 0.5), at = int(gl_FragCoord.x), levels = LEVELS;
    bool whirl = cut < 0.5;
    if (gl_FragCoord.y > 1.0) {
        int remaining = levels_deep;
        for (int level = 0; level < at; ++level) {
            remaining -= whirl ? 1 : 2;
        }
        levels = at + 1;
        at = remaining > 1 ? FIBONACCI[levels_deep] - FIBONACCI[remaining] : FIBONACCI[levels_deep];
    }
    vec4 leaf = golden_section(at, levels_deep, whirl, aspect, lean, levels);
    vec2 mirrored = vec2(aspect, 1.0) - leaf.xy - leaf.zw;
    color = vec4(mix(leaf.xy, mirrored, step(0.5, aspect < 1.0 ? random.yx : random.xy)), leaf.zw);
}
