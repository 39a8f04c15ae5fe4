/*
about:  the inverse of lib/srgb_encode.glsl, exact to 0.08 of an 8-bit step
use:    vec3 srgb_decode(vec3 shown), 0..1; returns linear light 0..1
*/
vec3 srgb_decode(vec3 shown) {
    vec3 decoded = 0.58816773 + shown * (0.47787918 - 0.09152539 * shown);
    decoded = 0.00123867 + shown * (0.02353116 + shown * decoded);
    return mix(shown / 12.92, decoded, step(0.04045, shown));
}
