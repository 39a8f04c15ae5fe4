/*
about:  blue noise between 0 and 1: what 8 bits cannot say is spread over neighbours so evenly that no cloud of it
        is seen; at 30 frames a second the tile takes a step a frame, so that what one misses the next ones have
use:    float dither(vec2 pixel)
*/
#include "lib/begin.glsl"

float dither(vec2 pixel) {
    return texelFetch(noise, ivec2(pixel + 128.0 * begin(1800.0 * minute)) & 127, 0).r;
}
