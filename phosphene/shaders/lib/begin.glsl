/*
about:  where the tile of noise begins, 0..1: another place at every step, by Roberts' sequence, which leaves no part
        of the tile out for long
use:    vec2 begin(float step)
*/
uniform float minute;

vec2 begin(float step) {
    return fract(step * vec2(0.75487767, 0.56984029));
}
