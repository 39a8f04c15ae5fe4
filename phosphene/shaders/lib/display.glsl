/*
about:  what a screen shows, by the screen's own curve, with the dither that 8 bits need; for the last pass of all
use:    vec4 display(vec3 shown), linear, 0..1
*/
#include "lib/curve.glsl"
#include "lib/dither.glsl"

vec4 display(vec3 shown) {
    float less = 0.99 / 255.0;  // than a step, so that black stays black and white stays white
    return vec4(curve(shown) + less * (dither(gl_FragCoord.xy) - 0.5), 1.0);
}
