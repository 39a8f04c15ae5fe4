/*
about:  two numbers drawn for a cell of a grid, alike on every machine
use:    vec2 lot(vec2 cell), 0..1
*/
vec2 lot(vec2 cell) {
    vec3 mixed = fract(cell.xyx * vec3(0.1031, 0.1030, 0.0973));
    mixed += dot(mixed, mixed.yzx + 33.33);
    return fract((mixed.xx + mixed.yz) * mixed.zy);
}
