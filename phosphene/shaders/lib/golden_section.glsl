/*
about:  divides the picture by the golden section: the longer side of a rectangle is cut, then both parts are cut again.
        The leaves cover the picture exactly once; their number is a Fibonacci number
use:    vec4 golden_section(int leaf, int depth, bool whirl, float aspect, float lean[LEVELS], int levels): lower left
        corner and size of a leaf in heights, or of the rectangle that contains it after `levels` cuts; 0 where the leaf
        does not exist. lean[level] moves the cuts of a level from one golden point, 0, to the other, 1. With whirl the
        smaller part is cut more often, else the larger one
*/
#define LEVELS 8

const float MAJOR = 0.61803399;
const float SQUARE = 0.9999;  // a square is cut like a wide rectangle, whatever the rounding
const int FIBONACCI[10] = int[](1, 1, 2, 3, 5, 8, 13, 21, 34, 55);

vec4 golden_section(int leaf, int depth, bool whirl, float aspect, float lean[LEVELS], int levels) {
    if (leaf >= FIBONACCI[depth]) {
        return vec4(0.0);
    }
    bool upright = aspect < 1.0;
    vec2 low = vec2(0.0), size = upright ? vec2(1.0, aspect) : vec2(aspect, 1.0);
    for (int level = 0; level < levels && depth > 1; ++level) {
        int first = whirl ? depth - 2 : depth - 1, second = 2 * depth - 3 - first;
        bool within = leaf < FIBONACCI[first], wide = size.x > SQUARE * size.y, turned = (level & 2) != 0;
        float share = mix(MAJOR, 1.0 - MAJOR, lean[level]), part = within ? share : 1.0 - share;
        float before = within == turned ? 1.0 - part : 0.0;
        low += size * (wide ? vec2(before, 0.0) : vec2(0.0, before));
        size *= wide ? vec2(part, 1.0) : vec2(1.0, part);
        leaf -= within ? 0 : FIBONACCI[first];
        depth = within ? first : second;
    }
    return upright ? vec4(low.yx, size.yx) : vec4(low, size);
}
