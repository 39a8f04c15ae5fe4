/*
about:  two pseudo-random numbers for a grid cell, the same on every machine
use:    vec2 hash2(vec2 cell), 0..1
*/
vec2 hash2(vec2 cell) {
    vec3 mixed = fract(cell.xyx * vec3(0.1031, 0.1030, 0.0973));
    mixed += dot(mixed, mixed.yzx + 33.33);
    return fract((mixed.xx + mixed.yz) * mixed.zy);
}
