#version 330 core
/*
about:  all of the stone, and what is the same everywhere in it
reads:  spark
writes: uv; where a seed lies, how large it is, 0 or 1, and how much has grown; how strong a kick's wave is, and how far
        it has come, in heights
*/
const float GLOW = 0.16;  // seconds in which a kick fades to 1/e

uniform sampler2D spark;
uniform float shock;  // 0.6 in 0..1: by which a kick runs through the stone
uniform float kick;

out vec2 uv;
flat out vec2 sown;
flat out float seed;
flat out float full;
flat out vec2 wave;

#include "lib/screen.glsl"

void main() {
    uv = screen();
    vec4 told = texelFetch(spark, ivec2(0), 0);
    sown = told.xy;
    seed = step(told.z, 0.06);
    full = told.w;
    wave = vec2(shock * step(0.02, kick) * pow(kick, 0.3), -0.9 * GLOW * log(max(kick, 0.01)));
}
