/*
about:  how bright a colour is to the eye
use:    float luminance(vec3 light), linear
*/
float luminance(vec3 light) {
    return dot(light, vec3(0.2126, 0.7152, 0.0722));
}
