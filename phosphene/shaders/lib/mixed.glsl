/*
about:  two pictures as they look, of which one takes the other's place
use:    vec3 mixed(vec2 uv), linear, 0..1
*/
const float SOFT = 0.25;  // of a wipe's edge, as luminance

uniform sampler2D leaving;
uniform sampler2D coming;
uniform float share;  // of the way
uniform float kind;   // 0 fades, 2 wipes: what is bright comes first

#include "lib/luminance.glsl"

vec3 mixed(vec2 uv) {
    vec3 before = texture(leaving, uv).rgb, after = texture(coming, uv).rgb;
    float come = share;
    if (kind > 1.5) {
        float dark = 1.0 - sqrt(sqrt(luminance(after)));
        come = smoothstep(dark - SOFT, dark + SOFT, share * (1.0 + 2.0 * SOFT) - SOFT);
    }
    return mix(before, after, come);
}
