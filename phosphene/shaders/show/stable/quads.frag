#version 330 core
/*
about:  four pixels in one texel, so that later passes read a quarter as often
reads:  scene (linear rgb)
writes: rgba32f, packed pairs of luma and distance from grey; from the lower left rightwards, then upwards; 0 beyond the
        edges
*/
uniform sampler2D scene;

out vec4 color;

#include "lib/pack_pair.glsl"
#include "show/stable/display_ycc.glsl"

vec2 pixel(ivec2 at) {
    ivec2 size = textureSize(scene, 0);
    vec3 ycc = display_ycc(texelFetch(scene, min(at, size - 1), 0).rgb);
    return all(lessThan(at, size)) ? vec2(ycc.x, length(ycc.yz)) : vec2(0.0);
}

void main() {
    ivec2 at = 2 * ivec2(gl_FragCoord.xy);
    vec2 a = pixel(at), b = pixel(at + ivec2(1, 0)), c = pixel(at + ivec2(0, 1)), d = pixel(at + 1);
    color = pack_pair(vec4(a.x, b.x, c.x, d.x), vec4(a.y, b.y, c.y, d.y));
}
