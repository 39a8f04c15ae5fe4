#version 330 core
/*
about:  where each region lies; in the row above, what the spiral runs through
reads:  cuts
writes: of a leaf, or of the larger part of what is left after so many cuts: the lower left corner, and the size, in
        heights
*/
uniform sampler2D cuts;
uniform float depth;  // 7 in 3..9: of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float cut;    // whirl | mosaic: whether the smaller part is cut more often, or the larger
uniform float shake;  // 0.03 in 0..0.25: of the way, that a kick moves the first cut, and a snare the second
uniform float kick;
uniform float snare;
uniform float aspect;
uniform vec4 lots;

out vec4 color;

#include "lib/golden.glsl"

void main() {
    float lean[LEVELS];
    for (int level = 0; level < LEVELS; ++level) {
        lean[level] = texelFetch(cuts, ivec2(level, 0), 0).x;
    }
    lean[0] += shake * kick * sign(0.5 - lean[0]);
    lean[1] += shake * snare * sign(0.5 - lean[1]);
    int deep = int(depth + 0.5), at = int(gl_FragCoord.x), levels = LEVELS;
    bool whirl = cut < 0.5;
    if (gl_FragCoord.y > 1.0) {
        int left = deep;
        for (int level = 0; level < at; ++level) {
            left -= whirl ? 1 : 2;
        }
        levels = at + 1;
        at = left > 1 ? FIBONACCI[deep] - FIBONACCI[left] : FIBONACCI[deep];
    }
    vec4 leaf = golden(at, deep, whirl, aspect, lean, levels);
    vec2 mirrored = vec2(aspect, 1.0) - leaf.xy - leaf.zw;
    color = vec4(mix(leaf.xy, mirrored, step(0.5, aspect < 1.0 ? lots.yx : lots.xy)), leaf.zw);
}
