/*
about:  where the past of the picture lies: a tile for each of its last moments, as they come round
use:    vec2 tile(vec2 at, float moment); vec2 corner(float moment), of a tile, both in parts of all tiles
*/
const float TILES = 5.0;     // in a row, and rows of them
const float MOMENTS = 24.0;  // a second
const vec2 EDGE = 0.5 / vec2(256.0, 144.0);

vec2 corner(float moment) {
    float place = mod(moment, TILES * TILES);
    return vec2(mod(place, TILES), floor(place / TILES)) / TILES;
}

vec2 tile(vec2 at, float moment) {
    return corner(moment) + clamp(at, EDGE, 1.0 - EDGE) / TILES;
}
