#version 330 core
/*
about:  positions of the cuts. With every certain bar, or every quarter of a minute, the cuts of one level move to the
        other golden point
reads:  cuts (this pass, one step ago)
writes: current position, target; phase of the bar; number of changes plus phase of the quarter minute
*/
const float GLIDE = 0.3;      // time constant in seconds
const float MIN_PULSE = 0.3;  // pulse that makes the start of a bar certain
const float MAX_COUNT = 420.0;

uniform sampler2D cuts;
uniform float depth;  // 7 in 3..9: depth of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float bar;
uniform float pulse;
uniform float minute;
uniform float dt;
uniform vec4 random;

out vec4 color;

#include "lib/finite_state.glsl"

void main() {
    int level = int(gl_FragCoord.x);
    vec4 last = texelFetch(cuts, ivec2(level, 0), 0);
    float quarter = fract(4.0 * minute), count = floor(last.w);
    bool first = !(last.w > 0.0 && last.w < 2.0 * MAX_COUNT);
    if (first) {
        float random_side = step(0.6, fract(random[level & 3] * float(3 + level)));
        color = vec4(random_side, random_side, bar, 1.0 + quarter);
        return;
    }
    if ((bar < last.z - 0.5 && pulse > MIN_PULSE) || quarter < fract(last.w) - 0.5) {
        count = mod(count, MAX_COUNT) + 1.0;
        last.y = int(count) % (int(depth + 0.5) - 1) == level ? 1.0 - last.y : last.y;
    }
    last = finite_state(last);
    color = vec4(mix(last.x, last.y, 1.0 - exp(-dt / GLIDE)), last.y, bar, count + quarter);
}
