#version 330 core
/*
about:  sums of the blocks, by columns and by every second row
reads:  blocks
writes: rgba32f, four rows: sums of Y - 0.5, Cb, Cr and the pixel count, twice; sums of squares and the pixel count,
        twice
*/
uniform sampler2D blocks;

out vec4 color;

#include "lib/pack_pair.glsl"
#include "show/stable/columns.glsl"

void main() {
    ivec2 size = textureSize(blocks, 0), at = ivec2(gl_FragCoord.xy);
    color = vec4(0.0);
    for (int x = at.x; x < size.x; x += COLUMNS) {
        for (int y = at.y % 2; y < size.y; y += 2) {
            vec4 block = texelFetch(blocks, ivec2(x, y), 0);
            vec3 mean = unpack_first(block).rgb - 0.5, spread = 0.5 * unpack_second(block).rgb;
            color += block.a * vec4(at.y < 2 ? mean : mean * mean + spread * spread, 1.0);
        }
    }
}
