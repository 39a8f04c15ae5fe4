#version 330 core
/*
about:  how much darker each place has to be, since a field around it must not flash again
reads:  sight, fields, limit (as it was)
writes: 0..1
*/
const float HELD = 0.08;  // of white, that it may rise then
const ivec2 WIDE = ivec2(16, 9), APART = ivec2(2, 3), FIELDS = ivec2(17, 7);

uniform sampler2D sight;
uniform sampler2D fields;
uniform sampler2D limit;

out vec4 color;

#include "lib/flash.glsl"
#include "lib/known.glsl"

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    vec4 past = known(texelFetch(limit, place, 0));
    ivec2 first = max((place - WIDE + APART) / APART, 0), last = min(place / APART, FIELDS - 1);
    bool hold = false;
    for (int y = first.y; y <= last.y; y++) {
        for (int x = first.x; x <= last.x; x++) {
            hold = hold || texelFetch(fields, ivec2(x, y), 0).x < 0.0;
        }
    }
    vec2 seen = texelFetch(sight, place, 0).xy;
    vec2 share = mix(vec2(1.0), (past.xy + HELD) / max(seen, RISE), flash(seen, past.xy));
    color = vec4(hold ? 1.0 - min(share.x, share.y) : 0.0);
}
