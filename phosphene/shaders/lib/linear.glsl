/*
about:  the way back from lib/curve.glsl, within 0.08 of an 8-bit step
use:    vec3 linear(vec3 shown), of 0..1; gives light of 0..1
*/
vec3 linear(vec3 shown) {
    vec3 above = 0.58816773 + shown * (0.47787918 - 0.09152539 * shown);
    above = 0.00123867 + shown * (0.02353116 + shown * above);
    return mix(shown / 12.92, above, step(0.04045, shown));
}
