/*
about:  the fifth of a bracket that holds the pixel which two in a hundred are farther from grey than
use:    vec4 fifth(sampler2D counts), a bracket as show/stable/counted.glsl has it
*/
#include "show/stable/columns.glsl"

const float FARTHER = 0.02;

vec4 fifth(sampler2D counts) {
    vec4 bracket = texelFetch(counts, ivec2(COLUMNS, 0), 0), count = vec4(0.0);
    for (int at = 0; at < 4 * COLUMNS; ++at) {
        count += texelFetch(counts, ivec2(at / 4, at % 4), 0);
    }
    float ends[6] = float[](bracket.z, count.x, count.y, count.z, count.w, bracket.w);
    int begin = 0;
    while (begin < 4 && ends[begin + 1] > FARTHER) {
        ++begin;
    }
    return vec4(bracket.x + 0.2 * bracket.y * float(begin), 0.2 * bracket.y, ends[begin], ends[begin + 1]);
}
