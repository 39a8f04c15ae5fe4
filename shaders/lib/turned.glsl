/*
about:  a colour with its hue turned
use:    vec3 turned(vec3 color, float turns)
*/
vec3 turned(vec3 color, float turns) {
    vec2 way = vec2(cos(6.2831853 * turns), sin(6.2831853 * turns));
    vec3 grey = vec3(0.57735);
    vec3 light = color * way.x + cross(grey, color) * way.y + grey * dot(grey, color) * (1.0 - way.x);
    return max(light, 0.0);
}
