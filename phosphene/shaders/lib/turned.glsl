/*
about:  a colour whose hue is turned, about as bright as before
use:    vec3 turned(vec3 light, float turn), a turn comes back to where it was
*/
#include "lib/swing.glsl"

vec3 turned(vec3 light, float turn) {
    float kept = swing(turn + 0.25), grey = (light.r + light.g + light.b) / 3.0;
    vec3 moved = kept * light + (1.0 - kept) * grey + 0.57735027 * swing(turn) * (light.brg - light.gbr);
    return max(moved, 0.0);
}
