#version 330 core
/*
about:  the flashes of each third by third of the picture, as wide as ten degrees: one where a fifth of it rises at once
reads:  limit (as it was), fields (this pass, one frame ago)
writes: the part that rises, and the seconds until each of three flashes is forgotten, the latest first
*/
const ivec2 WIDE = ivec2(16, 9), APART = ivec2(2, 3);  // places in a field, from one to the next
const float PART = 0.18;  // of a field; a quarter makes a flash, of any field, and ours lie apart

uniform sampler2D limit;
uniform sampler2D fields;
uniform float dt;

out vec4 color;

#include "lib/known.glsl"
#include "lib/spent.glsl"

void main() {
    vec4 field = known(texelFetch(fields, ivec2(gl_FragCoord.xy), 0));
    field.yzw = clamp(field.yzw - dt, 0.0, SECOND);
    ivec2 corner = ivec2(gl_FragCoord.xy) * APART;
    float rising = 0.0, again = 0.0;
    for (int place = 0; place < WIDE.x * WIDE.y; place++) {
        float risen = texelFetch(limit, corner + ivec2(place % WIDE.x, place / WIDE.x), 0).z;
        rising += step(TOGETHER, risen);
        again += step(TOGETHER + 1e-6, risen);
    }
    rising = (late(field) ? again : rising) / float(WIDE.x * WIDE.y);
    field.x = field.x * exp(-dt / TOGETHER) + rising;
    if (field.x >= PART) {
        field = vec4(0.0, SECOND - dt, field.yz);
    }
    color = field;
}
