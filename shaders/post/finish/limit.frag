#version 330 core
/*
about:  how much darker the picture is to be, and what of it is seen then
reads:  sight, held, limit (this pass, one frame ago)
writes: the past of luminance and red; the seconds that a place is of one flash, more when it rises anew; 0..1, darker
*/
const float RECOVERY = 0.25;  // seconds from black to all of the light

uniform sampler2D sight;
uniform sampler2D held;
uniform sampler2D limit;
uniform float flash_limit;  // 1 in 0..1: three flashes a second and no more
uniform float dt;

out vec4 color;

#include "lib/flash.glsl"
#include "lib/known.glsl"

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    vec4 past = known(texelFetch(limit, place, 0));
    float dark = 0.0;
    for (int near = 0; near < 9; near++) {  // what is held must not shine between places
        ivec2 beside = place + ivec2(near % 3, near / 3) - 1;
        dark = max(dark, texelFetch(held, clamp(beside, ivec2(0), textureSize(held, 0) - 1), 0).r);
    }
    dark = flash_limit * max(dark, clamp(past.w, 0.0, 1.0) - dt / RECOVERY);
    vec2 seen = texelFetch(sight, place, 0).xy * (1.0 - dark);
    vec2 begun = flash(seen, past.xy);
    vec2 rising = mix(min(past.xy, seen), -seen, greaterThanEqual(seen, past.xy + RISE));
    vec2 falling = mix(min(past.xy, -seen), seen, lessThanEqual(seen, -past.xy - RISE));
    float left = max(min(past.z, TOGETHER) - max(dt, 1e-4), 0.0);  // a picture drawn twice rises once
    color = vec4(mix(rising, falling, lessThan(past.xy, vec2(0.0))), begun == vec2(0.0) ? left : TOGETHER + left, dark);
}
