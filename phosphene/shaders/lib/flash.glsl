/*
about:  where a flash begins, of luminance or of saturated red. The past of each is the least it was since it fell;
        or minus the most, from when it rises until it falls as far
use:    vec2 flash(vec2 seen, vec2 past), 0 or 1
*/
const float RISE = 0.09;       // of white; WCAG 2.3.1 counts a tenth, from what is darker than BRIGHT
const float BRIGHT = 0.8;
const float TOGETHER = 0.03;   // seconds in which places rise by one flash

vec2 flash(vec2 seen, vec2 past) {
    vec2 rising = step(0.0, past) * step(past + RISE, seen);
    return rising * vec2(1.0 - step(BRIGHT, past.x), 1.0);
}
