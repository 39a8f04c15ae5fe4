/*
about:  light as the screen shows it
use:    vec3 display_rgb(vec3 light), finite light; returns rgb, 0..1
        vec3 display_ycc(vec3 light), NaN becomes black; returns luma and chroma, see lib/rgb_to_ycc.glsl
*/
#include "lib/srgb_encode.glsl"
#include "lib/finite.glsl"
#include "lib/shoulder.glsl"
#include "lib/rgb_to_ycc.glsl"

vec3 display_rgb(vec3 light) {
    return srgb_encode(shoulder(light));
}

vec3 display_ycc(vec3 light) {
    return rgb_to_ycc(display_rgb(finite(light)));
}
