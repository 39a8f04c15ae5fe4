/*
about:  the picture cut by the golden section: the longer side of what there is, then again what that leaves, so that the
        leaves cover it once. Their number is Fibonacci's; which part is cut more often is a choice
use:    vec4 golden(int leaf, int depth, bool whirl, float aspect, float lean[LEVELS], int levels): the lower left corner
        of a leaf and its size, in heights, or of what holds it after so many levels; 0 where there are fewer leaves.
        Lean says of each level how far its cuts have gone from one golden place, 0, to the other, 1. With whirl the
        smaller part is cut more often, else the larger
*/
#define LEVELS 8

const float MAJOR = 0.61803399;
const float SQUARE = 0.9999;  // and what is a square, whatever was rounded, is cut like a wide one
const int FIBONACCI[10] = int[](1, 1, 2, 3, 5, 8, 13, 21, 34, 55);

vec4 golden(int leaf, int depth, bool whirl, float aspect, float lean[LEVELS], int levels) {
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
