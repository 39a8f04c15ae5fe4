/*
about:  tone curve that maps unbounded light to 0..1; it approaches white and never reaches it
use:    vec3 shoulder(vec3 light), linear, unbounded
*/
vec3 shoulder(vec3 light) {
    return 1.0 - exp(-light);
}
