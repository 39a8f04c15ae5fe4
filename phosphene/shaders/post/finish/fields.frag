#version 330 core
/*
about:  the flashes of each third by third of the picture, as wide as ten degrees: one where a part of it rises at once
reads:  sight, fields (this pass, one frame ago)
writes: the part that has risen of late, or minus that where it must not rise further; and the seconds until each of
        three flashes is forgotten, the latest first
*/
const ivec2 WIDE = ivec2(16, 9), APART = ivec2(2, 3);  // places in a field, from one to the next
const float PART = 0.22;  // of a field; a quarter of any makes a flash, and ours lie apart
const float SECOND = 0.999;  // so that of four flashes, a third apart, the last is in another second

uniform sampler2D sight;
uniform sampler2D fields;
uniform float dt;

out vec4 color;

#include "lib/flash.glsl"
#include "lib/known.glsl"

void main() {
    vec4 field = known(texelFetch(fields, ivec2(gl_FragCoord.xy), 0));
    vec3 left = clamp(field.yzw - dt, 0.0, SECOND);
    // What rises late belongs to the flash before, if it does not rise again.
    float once = left.x > SECOND - TOGETHER ? TOGETHER + 1e-6 : TOGETHER;
    ivec2 corner = ivec2(gl_FragCoord.xy) * APART;
    float risen = 0.0, rising = 0.0;
    for (int place = 0; place < WIDE.x * WIDE.y; place++) {
        vec4 seen = texelFetch(sight, corner + ivec2(place % WIDE.x, place / WIDE.x), 0);
        risen += step(once, seen.w);
        rising += seen.z * step(once, TOGETHER + seen.w);
    }
    float part = abs(field.x) * exp(-dt / TOGETHER) + risen / float(WIDE.x * WIDE.y);
    if (part >= PART) {
        left = vec3(SECOND - dt, left.xy);
        part = 0.0;
    }
    bool full = left.z > 0.0 && part + rising / float(WIDE.x * WIDE.y) >= PART;
    color = vec4(full ? -max(part, 1e-6) : part, left);
}
