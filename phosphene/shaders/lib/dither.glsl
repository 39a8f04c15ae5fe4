/*
about:  blue noise between 0 and 1: what 8 bits cannot say is spread over neighbours so evenly that no cloud of it
        is seen; at 30 frames a second the tile takes a step a frame, so that what one misses the next ones have
use:    float dither(vec2 pixel)
*/
uniform sampler2D noise;

#include "lib/begin.glsl"

const float TILE = 128.0;

float dither(vec2 pixel) {
    return texture(noise, (pixel + floor(TILE * begin(1800.0 * minute) + 0.5)) / TILE).r;
}
