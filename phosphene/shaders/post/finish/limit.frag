#version 330 core
/*
about:  how much darker the picture is to be where a field around it must not flash again, and what of it is seen then
reads:  sight, fields, limit (this pass, one frame ago)
writes: the past of luminance and red; the seconds that a place is of one flash, more when it rises anew; 0..1, darker
*/
const float RECOVERY = 0.25;  // seconds from black to all of the light
const float HELD = 0.08;      // of white, that a place may rise where it is held
const ivec2 WIDE = ivec2(16, 9), APART = ivec2(2, 3), FIELDS = ivec2(17, 7), PLACES = ivec2(48, 27);

uniform sampler2D sight;
uniform sampler2D fields;
uniform sampler2D limit;
uniform float flash_limit;  // 1 in 0..1: three flashes a second and no more
uniform float dt;

out vec4 color;

#include "lib/flash.glsl"
#include "lib/known.glsl"

bool held(ivec2 place) {
    ivec2 first = max((place - 1 - WIDE + APART) / APART, 0), last = min((place + 1) / APART, FIELDS - 1);
    bool hold = false;
    for (int y = first.y; y <= last.y; y++) {
        for (int x = first.x; x <= last.x; x++) {
            hold = hold || texelFetch(fields, ivec2(x, y), 0).x < 0.0;
        }
    }
    return hold;
}

float too_bright(ivec2 place) {
    vec2 seen = texelFetch(sight, place, 0).xy, past = known(texelFetch(limit, place, 0)).xy;
    vec2 share = mix(vec2(1.0), (past + HELD) / max(seen, RISE), flash(seen, past));
    return 1.0 - min(share.x, share.y);
}

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    vec4 past = known(texelFetch(limit, place, 0));
    float dark = 0.0;
    for (int near = 0; near < 9; near++) {  // what is held must not shine between places
        dark = max(dark, too_bright(clamp(place + ivec2(near % 3, near / 3) - 1, ivec2(0), PLACES - 1)));
    }
    dark = flash_limit * max(held(place) ? dark : 0.0, clamp(past.w, 0.0, 1.0) - dt / RECOVERY);
    vec2 seen = texelFetch(sight, place, 0).xy * (1.0 - dark);
    vec2 begun = flash(seen, past.xy);
    vec2 rising = mix(min(past.xy, seen), -seen, greaterThanEqual(seen, past.xy + RISE));
    vec2 falling = mix(min(past.xy, -seen), seen, lessThanEqual(seen, -past.xy - RISE));
    float left = max(min(past.z, TOGETHER) - max(dt, 1e-4), 0.0);  // a picture drawn twice rises once
    color = vec4(mix(rising, falling, lessThan(past.xy, vec2(0.0))), begun == vec2(0.0) ? left : TOGETHER + left, dark);
}
