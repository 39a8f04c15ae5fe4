/*
about:  light to what a screen shows of it: a soft shoulder, and the screen's own curve
use:    vec3 tone(vec3 light), linear, unbounded
*/
#include "lib/curve.glsl"

vec3 tone(vec3 light) {
    return curve(1.0 - exp(-light));
}
