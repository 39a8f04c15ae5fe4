/*
about:  blue noise, 0..1. It spreads what 8 bits cannot hold over neighbouring pixels, so evenly that no pattern shows;
        the tile moves 30 times a second, so that consecutive frames average out
use:    float dither(vec2 pixel)
*/
uniform sampler2D noise;

#include "lib/tile_offset.glsl"

const float TILE = 128.0;

float dither(vec2 pixel) {
    return texture(noise, (pixel + floor(TILE * tile_offset(1800.0 * minute) + 0.5)) / TILE).r;
}
