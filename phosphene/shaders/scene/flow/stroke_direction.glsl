/*
about:  direction of the stroke: along the longer side of the picture, slightly tilted
use:    vec2 stroke_direction(float aspect, float minute, float phase); its length is 1 / (the stroke's length in
        heights)
*/
vec2 stroke_direction(float aspect, float minute, float phase) {
    float tilt = 6.2831853 * (0.02 + 0.05 * sin(6.2831853 * (minute + phase)));
    vec2 direction = vec2(cos(tilt), sin(tilt)) / (0.9 * max(aspect, 1.0));
    return aspect < 1.0 ? direction.yx : direction;
}
