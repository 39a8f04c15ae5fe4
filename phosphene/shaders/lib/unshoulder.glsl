/*
about:  the light that the shoulder makes this of, so that what was a photo looks as it did
use:    vec3 unshoulder(vec3 shown), linear, 0..1; white becomes 6, which is seen as white
*/
vec3 unshoulder(vec3 shown) {
    return -log(1.0 - min(shown, 0.99752));
}
