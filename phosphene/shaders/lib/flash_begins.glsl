/*
about:  where a flash begins, in luminance or in saturated red. A positive `past` is the lowest value since the last
        fall; a negative one is minus the highest value since the last rise
use:    vec2 flash_begins(vec2 now, vec2 past), 0 or 1
*/
const float RISE = 0.09;       // of white; WCAG 2.3.1 counts a rise by a tenth, from below BRIGHT
const float BRIGHT = 0.8;
const float FLASH_SECONDS = 0.03;   // seconds within which rises belong to the same flash

vec2 flash_begins(vec2 now, vec2 past) {
    vec2 rising = step(0.0, past) * step(past + RISE, now);
    return rising * vec2(1.0 - step(BRIGHT, past.x), 1.0);
}
