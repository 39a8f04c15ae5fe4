/*
about:  where the past of the picture lies: a tile for each of its last moments, as they come round
use:    vec2 corner(float moment), of its tile; vec2 inside(vec2 at), from there on; both in parts of all tiles
*/
const float TILES = 5.0;     // in a row, and rows of them
const float MOMENTS = 24.0;  // a second
const vec2 EDGE = 0.5 / vec2(256.0, 144.0);

vec2 corner(float moment) {
    float place = mod(moment, TILES * TILES);
    return vec2(mod(place, TILES), floor(place / TILES)) / TILES;
}

vec2 inside(vec2 at) {
    return clamp(at, EDGE, 1.0 - EDGE) / TILES;
}
