/*
about:  the fifth of a bracket that contains the chroma which two of a hundred pixels exceed
use:    vec4 find_fifth(sampler2D counts); returns a bracket, see show/stable/count_above.glsl
*/
#include "show/stable/columns.glsl"

const float SHARE_BEYOND = 0.02;

vec4 find_fifth(sampler2D counts) {
    vec4 bracket = texelFetch(counts, ivec2(COLUMNS, 0), 0), count = vec4(0.0);
    for (int at = 0; at < 4 * COLUMNS; ++at) {
        count += texelFetch(counts, ivec2(at / 4, at % 4), 0);
    }
    float ends[6] = float[](bracket.z, count.x, count.y, count.z, count.w, bracket.w);
    int first = 0;
    while (first < 4 && ends[first + 1] > SHARE_BEYOND) {
        ++first;
    }
    return vec4(bracket.x + 0.2 * bracket.y * float(first), 0.2 * bracket.y, ends[first], ends[first + 1]);
}
