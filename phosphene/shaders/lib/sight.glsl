/*
about:  what is seen at a place of 48 times 27: luminance, and saturated red so that a flash of it counts as much; 1
        where a flash begins; and what limit told of the last one. Places lie astray: in rows they would see a pattern
        as fine as they are wrong
use:    vec4 sight(), behind a define of SEEN: vec3 SEEN(vec2 uv), linear, 0..1
*/
uniform sampler2D limit;
uniform float blackout;  // 0 in 0..1: the stage goes dark

#include "lib/flash.glsl"
#include "lib/known.glsl"
#include "lib/luminance.glsl"

const vec2 FINE = vec2(1.0, 1.78) / 900.0;  // of the picture; what is finer than a tenth of a degree is no flash
const float SATURATED = 0.8;
const float REDDER = 1.6;  // a red flash is of 20 in 320, another one of a tenth

vec4 sight() {
    vec2 astray = fract(gl_FragCoord.x * vec2(0.7549, 0.5698) + gl_FragCoord.y * vec2(0.5698, 0.3247)) - 0.5;
    vec2 at = (gl_FragCoord.xy + astray) / vec2(48.0, 27.0), aside = FINE * vec2(1.0, -1.0);
    vec3 light = 0.25 * (SEEN(at + FINE) + SEEN(at - FINE) + SEEN(at + aside) + SEEN(at - aside));
    light *= 1.0 - blackout;
    float red = max(light.r - light.g - light.b, 0.0) * step(SATURATED * (light.r + light.g + light.b), light.r);
    vec2 seen = vec2(luminance(light), REDDER * red);
    vec4 past = known(texelFetch(limit, ivec2(gl_FragCoord.xy), 0));
    vec2 begun = flash(seen, past.xy);
    return vec4(seen, max(begun.x, begun.y), past.z);
}
