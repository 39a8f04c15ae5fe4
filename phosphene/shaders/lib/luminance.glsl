/*
about:  relative luminance of a colour (Rec. 709)
use:    float luminance(vec3 light), linear
*/
float luminance(vec3 light) {
    return dot(light, vec3(0.2126, 0.7152, 0.0722));
}
