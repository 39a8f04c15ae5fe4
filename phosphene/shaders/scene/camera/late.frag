#version 330 core
/*
about:  how late each column is, from the bass outward: by how loud its band is, and its neighbours
reads:  bands (0..1), moment, late (this pass, one frame ago)
writes: 0..1; the tile that it is seen in; whether it is in one at all
*/
const float FOLLOW = 0.10;  // seconds

uniform sampler2D bands;
uniform sampler2D moment;
uniform sampler2D late;
uniform float slit;  // 0.7 in 0..1: by which loud bands are late
uniform float span;  // 0.8 in 0.1..0.95 s: of the past that is seen
uniform float dt;

in vec2 uv;
out vec4 color;

#include "scene/camera/view.glsl"

void main() {
    float sum = 0.0;
    for (int near = -2; near <= 2; near++) {
        sum += texture(bands, vec2(0.03 + 0.9 * uv.x + 0.02 * float(near), 0.5)).r;
    }
    float before = texelFetch(late, ivec2(gl_FragCoord.xy), 0).r, now = 0.04 * sum * sum;
    now = mix(before >= 0.0 && before <= 1.0 ? before : now, now, 1.0 - exp(-dt / FOLLOW));
    float tick = texelFetch(moment, ivec2(0), 0).r;
    float moments = floor(slit * span * MOMENTS * now + 0.5);
    color = vec4(now, corner((tick >= 0.0 && tick < TILES * TILES ? tick : 0.0) - moments), step(0.5, moments));
}
