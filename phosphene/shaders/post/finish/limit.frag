#version 330 core
/*
about:  how much to darken each place, so that a field that has used up its three flashes does not flash again; and what
        remains visible at the place
reads:  measure, fields, limit (this pass, one frame ago)
writes: past of luminance and red (see lib/flash_begins.glsl); seconds that the place still belongs to a flash, more
        when it rises again; darkening 0..1
*/
const float RECOVERY = 0.25;   // seconds from black to full light
const float HELD_RISE = 0.08;  // of white; a held place may still rise by this much
const ivec2 FIELD_SIZE = ivec2(16, 9), FIELD_STEP = ivec2(2, 3), FIELDS = ivec2(17, 7), PLACES = ivec2(48, 27);

uniform sampler2D measure;
uniform sampler2D fields;
uniform sampler2D limit;
uniform float flash_limit;  // 1 in 0..1: strength of the limiter; 1 allows three flashes a second
uniform float dt;

out vec4 color;

#include "lib/flash_begins.glsl"
#include "lib/finite_state.glsl"

bool is_held(ivec2 place) {
    ivec2 first = max((place - 1 - FIELD_SIZE + FIELD_STEP) / FIELD_STEP, 0),
        last = min((place + 1) / FIELD_STEP, FIELDS - 1);
    bool found = false;
    for (int y = first.y; y <= last.y; y++) {
        for (int x = first.x; x <= last.x; x++) {
            found = found || texelFetch(fields, ivec2(x, y), 0).x < 0.0;
        }
    }
    return found;
}

float excess(ivec2 place) {
    vec2 now = texelFetch(measure, place, 0).xy, past = finite_state(texelFetch(limit, place, 0)).xy;
    vec2 share = mix(vec2(1.0), (past + HELD_RISE) / max(now, RISE), flash_begins(now, past));
    return 1.0 - min(share.x, share.y);
}

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    vec4 past = finite_state(texelFetch(limit, place, 0));
    float darker = 0.0;
    for (int neighbour = 0; neighbour < 9; neighbour++) {  // a held area must not light up between places
        darker = max(darker, excess(clamp(place + ivec2(neighbour % 3, neighbour / 3) - 1, ivec2(0), PLACES - 1)));
    }
    darker = flash_limit * max(is_held(place) ? darker : 0.0, clamp(past.w, 0.0, 1.0) - dt / RECOVERY);
    vec2 now = texelFetch(measure, place, 0).xy * (1.0 - darker);
    vec2 begins = flash_begins(now, past.xy);
    vec2 rising = mix(min(past.xy, now), -now, greaterThanEqual(now, past.xy + RISE));
    vec2 falling = mix(min(past.xy, -now), now, lessThanEqual(now, -past.xy - RISE));
    float remaining = max(min(past.z, FLASH_SECONDS) - max(dt, 1e-4), 0.0);  // a frame drawn twice counts once
    color = vec4(mix(rising, falling, lessThan(past.xy, vec2(0.0))),
        begins == vec2(0.0) ? remaining : FLASH_SECONDS + remaining, darker);
}
