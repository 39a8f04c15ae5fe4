/*
about:  rotates the hue of a colour and roughly keeps its brightness
use:    vec3 rotate_hue(vec3 light, float turn), linear; a whole turn is the same colour again
*/
#include "lib/fast_sine.glsl"

vec3 rotate_hue(vec3 light, float turn) {
    float cosine = fast_sine(turn + 0.25), grey = (light.r + light.g + light.b) / 3.0;
    vec3 rotated = cosine * light + (1.0 - cosine) * grey + 0.57735027 * fast_sine(turn) * (light.brg - light.gbr);
    return max(rotated, 0.0);
}
