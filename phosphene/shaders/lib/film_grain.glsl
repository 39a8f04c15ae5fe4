/*
about:  film grain that changes 24 times a second, whatever the frame rate
use:    float film_grain(vec2 at), -1..1, mostly within a third; at in specks
*/
uniform sampler2D specks;

#include "lib/tile_offset.glsl"

float film_grain(vec2 at) {
    return 2.0 * texture(specks, at / 128.0 + tile_offset(floor(1440.0 * minute))).r - 1.0;
}
