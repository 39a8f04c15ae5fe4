#version 330 core
/*
about:  how alive each region is: as loud as its part of the spectrum, soon there, slow to leave
reads:  life (this pass, one step ago), bands
writes: 0..1
*/
const float RISES = 0.05, FALLS = 0.5;  // seconds to go most of the way

uniform sampler2D life;
uniform sampler2D bands;
uniform float depth;  // 7 in 3..9: of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float dt;

out vec4 color;

#include "lib/golden.glsl"
#include "lib/known.glsl"

void main() {
    int leaf = int(gl_FragCoord.x);
    float part = (float(leaf) + 0.5) / float(FIBONACCI[int(depth + 0.5)]);
    float heard = texture(bands, vec2(min(part, 1.0), 0.5)).r, last = known(texelFetch(life, ivec2(leaf, 0), 0)).r;
    color = vec4(mix(last, heard, 1.0 - exp(-dt / (heard > last ? RISES : FALLS))));
}
