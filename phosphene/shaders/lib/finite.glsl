/*
about:  a colour without NaN, infinity and negative values, which a feedback would keep for ever
use:    vec3 finite(vec3 color); #define BRIGHTEST before the include to change the upper limit
*/
#ifndef BRIGHTEST
#define BRIGHTEST 64.0
#endif

vec3 finite(vec3 color) {
    return mix(vec3(0.0), clamp(color, 0.0, BRIGHTEST), equal(color, color));
}
