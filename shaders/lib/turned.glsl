/*
about:  a colour whose hue is turned, about as bright as before
use:    vec3 turned(vec3 light, float turn), a turn comes back to where it was
*/
vec3 turned(vec3 light, float turn) {
    float way = 6.2831853 * turn, kept = cos(way);
    vec3 grey = vec3(0.57735027);
    vec3 moved = light * kept + cross(grey, light) * sin(way) + grey * dot(grey, light) * (1.0 - kept);
    return max(moved, 0.0);
}
