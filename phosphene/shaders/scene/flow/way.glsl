/*
about:  where the stroke of the spectrum leads: along the longer side of the picture, a little askew
use:    vec2 way(float aspect, float minute, float lot), its length the parts of it that lie in a height
*/
vec2 way(float aspect, float minute, float lot) {
    float askew = 6.2831853 * (0.02 + 0.05 * sin(6.2831853 * (minute + lot)));
    vec2 wide = vec2(cos(askew), sin(askew)) / (0.9 * max(aspect, 1.0));
    return aspect < 1.0 ? wide.yx : wide;
}
