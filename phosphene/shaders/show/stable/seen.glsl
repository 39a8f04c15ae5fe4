/*
about:  light as a screen shows it, in luma and chroma
use:    vec3 shown(vec3 light), finite; in rgb of 0..1
        vec3 seen(vec3 light), of which what is no number is black; as lib/ycc.glsl has it
*/
#include "lib/curve.glsl"
#include "lib/finite.glsl"
#include "lib/shoulder.glsl"
#include "lib/ycc.glsl"

vec3 shown(vec3 light) {
    return curve(shoulder(light));
}

vec3 seen(vec3 light) {
    return ycc(shown(finite(light)));
}
