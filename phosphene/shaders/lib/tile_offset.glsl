/*
about:  offset of the noise tile at a step, 0..1. Roberts' sequence visits every part of the tile soon
use:    vec2 tile_offset(float step)
*/
uniform float minute;

vec2 tile_offset(float step) {
    return fract(step * vec2(0.75487767, 0.56984029));
}
