#version 330 core
/*
about:  counts the flashes in each field of view, a third by a third of the picture (ten degrees); a field flashes when
        enough of it rises at once
reads:  measure, fields (this pass, one frame ago)
writes: the share of the field that has risen recently, negative where it must not rise further; then the seconds until
        each of three flashes is forgotten, the latest first
*/
const ivec2 FIELD_SIZE = ivec2(16, 9), FIELD_STEP = ivec2(2, 3);  // in places
const float FIELD_SHARE = 0.22;  // of a field; WCAG says a quarter of any field, and ours lie apart
const float SECOND = 0.999;  // seconds; of four flashes a third apart, the last falls into the next second

uniform sampler2D measure;
uniform sampler2D fields;
uniform float dt;

out vec4 color;

#include "lib/flash_begins.glsl"
#include "lib/finite_state.glsl"

void main() {
    vec4 field = finite_state(texelFetch(fields, ivec2(gl_FragCoord.xy), 0));
    vec3 remaining = clamp(field.yzw - dt, 0.0, SECOND);
    // A late rise belongs to the flash before, unless the place rises a second time.
    float threshold = remaining.x > SECOND - FLASH_SECONDS ? FLASH_SECONDS + 1e-6 : FLASH_SECONDS;
    ivec2 corner = ivec2(gl_FragCoord.xy) * FIELD_STEP;
    float risen = 0.0, rising = 0.0;
    for (int place = 0; place < FIELD_SIZE.x * FIELD_SIZE.y; place++) {
        vec4 now = texelFetch(measure, corner + ivec2(place % FIELD_SIZE.x, place / FIELD_SIZE.x), 0);
        risen += step(threshold, now.w);
        rising += now.z * step(threshold, FLASH_SECONDS + now.w);
    }
    float share = abs(field.x) * exp(-dt / FLASH_SECONDS) + risen / float(FIELD_SIZE.x * FIELD_SIZE.y);
    if (share >= FIELD_SHARE) {
        remaining = vec3(SECOND - dt, remaining.xy);
        share = 0.0;
    }
    bool full = remaining.z > 0.0 && share + rising / float(FIELD_SIZE.x * FIELD_SIZE.y) >= FIELD_SHARE;
    color = vec4(full ? -max(share, 1e-6) : share, remaining);
}
