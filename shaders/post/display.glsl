/*
about:  light to what a screen shows, and dither last; for the last pass of a scene
use:    vec4 display(vec3 light), linear, unbounded
*/
#include "lib/tone.glsl"
#include "lib/dither.glsl"

vec4 display(vec3 light) {
    float less = 0.99 / 255.0;  // than a step, so that black stays black and white stays white
    return vec4(tone(light) + less * (dither(gl_FragCoord.xy) - 0.5), 1.0);
}
