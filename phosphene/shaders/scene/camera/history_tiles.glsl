/*
about:  layout of the history: one tile per tick, reused cyclically
use:    vec2 tile_corner(float tick), the corner of its tile; vec2 tile_uv(vec2 at), the offset from there; both in uv
        of the whole history
*/
const float TILES = 5.0;   // per row, and rows
const float TICKS = 24.0;  // per second
const vec2 EDGE = 0.5 / vec2(256.0, 144.0);

vec2 tile_corner(float tick) {
    float place = mod(tick, TILES * TILES);
    return vec2(mod(place, TILES), floor(place / TILES)) / TILES;
}

vec2 tile_uv(vec2 at) {
    return clamp(at, EDGE, 1.0 - EDGE) / TILES;
}
