#version 330 core
/*
about:  where the cuts are: with every sure bar, or every quarter of a minute, those of a level go over to the other
        golden place
reads:  cuts (this pass, one step ago)
writes: how far they have gone, where to; the bar so far; how many changes there were, and the quarter so far
*/
const float GLIDE = 0.3;  // seconds to go most of the way
const float SURE = 0.3;    // pulse at the beginning of a bar
const float COUNTED = 420.0;

uniform sampler2D cuts;
uniform float depth;  // 7 in 3..9: of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float bar;
uniform float pulse;
uniform float minute;
uniform float dt;
uniform vec4 lots;

out vec4 color;

#include "lib/known.glsl"

void main() {
    int level = int(gl_FragCoord.x);
    vec4 last = texelFetch(cuts, ivec2(level, 0), 0);
    float quarter = fract(4.0 * minute), count = floor(last.w);
    bool first = !(last.w > 0.0 && last.w < 2.0 * COUNTED);
    if (first) {
        float drawn = step(0.6, fract(lots[level & 3] * float(3 + level)));
        color = vec4(drawn, drawn, bar, 1.0 + quarter);
        return;
    }
    if ((bar < last.z - 0.5 && pulse > SURE) || quarter < fract(last.w) - 0.5) {
        count = mod(count, COUNTED) + 1.0;
        last.y = int(count) % (int(depth + 0.5) - 1) == level ? 1.0 - last.y : last.y;
    }
    last = known(last);
    color = vec4(mix(last.x, last.y, 1.0 - exp(-dt / GLIDE)), last.y, bar, count + quarter);
}
