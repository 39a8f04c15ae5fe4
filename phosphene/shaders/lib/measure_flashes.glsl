/*
about:  measures the picture at each of 48 x 27 places: luminance, saturated red (scaled so that the same thresholds
        hold), 1 where a flash begins, and the time that `limit` keeps for the last flash. Places are jittered: a
        regular grid would alias with fine patterns
use:    vec4 measure_flashes(); first #define PICTURE as the function to measure: vec3 PICTURE(vec2 uv), linear, 0..1
*/
uniform sampler2D limit;
uniform float blackout;  // 0 in 0..1: fades the stage to black

#include "lib/flash_begins.glsl"
#include "lib/finite_state.glsl"
#include "lib/luminance.glsl"

const vec2 FINE = vec2(1.0, 1.78) / 900.0;  // of the picture; flashes finer than a tenth of a degree do not count
const float SATURATED = 0.8;
const float REDDER = 1.6;  // a red flash is a change by 20 of 320, a general one by a tenth

vec4 measure_flashes() {
    vec2 jitter = fract(gl_FragCoord.x * vec2(0.7549, 0.5698) + gl_FragCoord.y * vec2(0.5698, 0.3247)) - 0.5;
    vec2 at = (gl_FragCoord.xy + jitter) / vec2(48.0, 27.0), other = FINE * vec2(1.0, -1.0);
    vec3 light = 0.25 * (PICTURE(at + FINE) + PICTURE(at - FINE) + PICTURE(at + other) + PICTURE(at - other));
    light *= 1.0 - blackout;
    float red = max(light.r - light.g - light.b, 0.0) * step(SATURATED * (light.r + light.g + light.b), light.r);
    vec2 now = vec2(luminance(light), REDDER * red);
    vec4 past = finite_state(texelFetch(limit, ivec2(gl_FragCoord.xy), 0));
    vec2 begins = flash_begins(now, past.xy);
    return vec4(now, max(begins.x, begins.y), past.z);
}
