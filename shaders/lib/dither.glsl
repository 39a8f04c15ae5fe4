/*
about:  noise between 0 and 1, even over any few neighbours: what 8 bits cannot say is spread over them
use:    float dither(vec2 pixel)
*/
float dither(vec2 pixel) {
    return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715))));
}
