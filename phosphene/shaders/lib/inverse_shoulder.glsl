/*
about:  the inverse of lib/shoulder.glsl: the light that is shown as the given colour, so that a photo keeps its look
use:    vec3 inverse_shoulder(vec3 shown), linear, 0..1; white becomes 6, which is shown as white
*/
vec3 inverse_shoulder(vec3 shown) {
    return -log(1.0 - min(shown, 0.99752));
}
