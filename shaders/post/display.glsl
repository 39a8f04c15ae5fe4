/*
about:  light to what a screen shows: a soft shoulder, the screen's own curve, and dither last
use:    vec4 display(vec3 light), linear, unbounded; by the last pass of a scene
*/
#include "lib/curve.glsl"
#include "lib/dither.glsl"

vec4 display(vec3 light) {
    vec3 seen = curve(1.0 - exp(-light));
    float less = 0.99 / 255.0;  // than a step, so that black stays black and white stays white
    return vec4(seen + less * (dither(gl_FragCoord.xy) - 0.5), 1.0);
}
