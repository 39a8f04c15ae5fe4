/*
about:  a colour without NaN, infinities and negatives, which would live in a feedback for ever
use:    vec3 finite(vec3 color)
*/
#ifndef BRIGHTEST
#define BRIGHTEST 64.0
#endif

vec3 finite(vec3 color) {
    return mix(vec3(0.0), clamp(color, 0.0, BRIGHTEST), equal(color, color));
}
