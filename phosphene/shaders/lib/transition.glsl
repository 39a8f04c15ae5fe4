/*
about:  the transition from one graded picture to the next: a cross-fade, or a wipe that starts with the brightest parts
use:    vec3 transition(vec2 uv), linear, 0..1
*/
const float SOFT = 0.25;  // width of a wipe's edge, in luminance

uniform sampler2D outgoing;
uniform sampler2D incoming;
uniform float progress;  // of the transition, 0..1
uniform float kind;      // 0 fade, 2 wipe: bright parts appear first

#include "lib/luminance.glsl"

vec3 transition(vec2 uv) {
    vec3 before = texture(outgoing, uv).rgb, after = texture(incoming, uv).rgb;
    float reveal = progress;
    if (kind > 1.5) {
        float threshold = 1.0 - sqrt(sqrt(luminance(after)));
        reveal = smoothstep(threshold - SOFT, threshold + SOFT, progress * (1.0 + 2.0 * SOFT) - SOFT);
    }
    return mix(before, after, reveal);
}
