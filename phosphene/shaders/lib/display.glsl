/*
about:  encodes light for the screen: the sRGB curve plus the dither that 8 bits need; only for the last pass
use:    vec4 display(vec3 shown), linear, 0..1
*/
#include "lib/srgb_encode.glsl"
#include "lib/dither.glsl"

vec4 display(vec3 shown) {
    float amplitude = 0.99 / 255.0;  // below one step, so that black and white stay exact
    return vec4(srgb_encode(shown) + amplitude * (dither(gl_FragCoord.xy) - 0.5), 1.0);
}
