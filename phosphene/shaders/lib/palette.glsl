/*
about:  a deep colour; a turn goes from amber through violet to azure and back
use:    vec3 palette(float turn)
*/
vec3 palette(float turn) {
    vec3 wave = 0.5 + 0.5 * cos(6.2831853 * (vec3(1.0, 2.0, 1.0) * turn + vec3(0.0, 0.1, 0.5)));
    return wave * (0.4 + 0.6 * wave) * vec3(1.0, 0.5, 1.0);
}
