/*
about:  a light of one hue: a turn goes once around the colours
use:    vec3 palette(float turn)
*/
vec3 palette(float turn) {
    return 0.5 + 0.5 * cos(6.2831853 * (turn + vec3(0.0, 0.33, 0.67)));
}
