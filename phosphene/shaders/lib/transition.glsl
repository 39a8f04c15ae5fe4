/*
about:  the transition from one graded picture to the next: a cross-fade, or a wipe that starts with the brightest parts
use:    vec3 transition(vec2 uv), linear, 0..1
*/
const float SOFT = 0.25;  // width of a wipe's edge, in luminance

uniform sampler2D leaving;
uniform sampler2D coming;
uniform float share;  // progress of the transition, 0..1
uniform float kind;   // 0 fade, 2 wipe: bright parts appear first

#include "lib/luminance.glsl"

vec3 transition(vec2 uv) {
    vec3 before = texture(leaving, uv).rgb, after = texture(coming, uv).rgb;
    float progress = share;
    if (kind > 1.5) {
        float threshold = 1.0 - sqrt(sqrt(luminance(after)));
        progress = smoothstep(threshold - SOFT, threshold + SOFT, share * (1.0 + 2.0 * SOFT) - SOFT);
    }
    return mix(before, after, progress);
}
