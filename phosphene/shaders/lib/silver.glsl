/*
about:  the grain of a film that runs at 24 frames a second, whatever the screen does
use:    float silver(vec2 at), -1..1, mostly within a third; at in specks
*/
uniform sampler2D specks;

#include "lib/begin.glsl"

float silver(vec2 at) {
    return 2.0 * texture(specks, at / 128.0 + begin(floor(1440.0 * minute))).r - 1.0;
}
