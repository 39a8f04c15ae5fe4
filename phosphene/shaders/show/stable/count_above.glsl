/*
about:  the share of pixels beyond each of four thresholds that divide a bracket into fifths, summed by columns and by
        every fourth row. The texel right of the columns holds the bracket: start, width, and the shares beyond each end
use:    vec4 count_above(vec4 bracket), for a target of COLUMNS + 1 by 4
*/
#include "lib/pack_pair.glsl"
#include "show/stable/columns.glsl"

uniform sampler2D quads;
uniform sampler2D scene;

vec4 count_above(vec4 bracket) {
    ivec2 size = textureSize(quads, 0), pixels = textureSize(scene, 0), at = ivec2(gl_FragCoord.xy);
    if (at.x == COLUMNS) {
        return bracket;
    }
    vec4 thresholds = bracket.x + bracket.y * vec4(0.2, 0.4, 0.6, 0.8), count = vec4(0.0);
    for (int x = at.x; x < size.x; x += COLUMNS) {
        for (int y = at.y; y < size.y; y += 4) {
            vec4 chroma = unpack_second(texelFetch(quads, ivec2(x, y), 0));
            count += step(thresholds, chroma.rrrr) + step(thresholds, chroma.gggg);
            count += step(thresholds, chroma.bbbb) + step(thresholds, chroma.aaaa);
        }
    }
    return count / float(pixels.x * pixels.y);
}
