/*
about:  the share of pixels as far from grey as each of four thresholds that part a bracket in five, added up by columns
        and by every fourth row; to the right of the columns lies the bracket: where it begins, how wide it is, and the
        shares that are as far as either end
use:    vec4 counted(vec4 bracket), for a picture of COLUMNS + 1 by 4
*/
#include "lib/pair.glsl"
#include "show/stable/columns.glsl"

uniform sampler2D pairs;
uniform sampler2D scene;

vec4 counted(vec4 bracket) {
    ivec2 size = textureSize(pairs, 0), pixels = textureSize(scene, 0), at = ivec2(gl_FragCoord.xy);
    if (at.x == COLUMNS) {
        return bracket;
    }
    vec4 parts = bracket.x + bracket.y * vec4(0.2, 0.4, 0.6, 0.8), count = vec4(0.0);
    for (int x = at.x; x < size.x; x += COLUMNS) {
        for (int y = at.y; y < size.y; y += 4) {
            vec4 chroma = second(texelFetch(pairs, ivec2(x, y), 0));
            count += step(parts, chroma.rrrr) + step(parts, chroma.gggg);
            count += step(parts, chroma.bbbb) + step(parts, chroma.aaaa);
        }
    }
    return count / float(pixels.x * pixels.y);
}
