/*
about:  a colour whose hue is turned, about as bright as before
use:    vec3 turned(vec3 light, float turn), a turn comes back to where it was; float swing(float turn), its sine within
        0.001 by two parabolas, for what would be the same in every pixel
*/
float swing(float turn) {
    float part = turn - floor(turn + 0.5), sine = part * (8.0 - 16.0 * abs(part));
    return sine * (0.775 + 0.225 * abs(sine));
}

vec3 turned(vec3 light, float turn) {
    float kept = swing(turn + 0.25), grey = (light.r + light.g + light.b) / 3.0;
    vec3 moved = kept * light + (1.0 - kept) * grey + 0.57735027 * swing(turn) * (light.brg - light.gbr);
    return max(moved, 0.0);
}
