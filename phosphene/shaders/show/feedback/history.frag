#version 330 core
/*
about:  the brighter of the current light and the last frame, moved and faded
reads:  picture (linear rgb), history (this pass, one frame ago)
writes: linear, 0..64; exactly 0 some time after the light has gone
*/
const float EXTRA_FADE = 0.002;  // light that fades per second besides, so that it ends at 0

uniform sampler2D picture;
uniform sampler2D history;
uniform float dt;

in vec2 uv;
in vec2 from;
flat in float share;
out vec4 color;

#include "lib/sharp_sample.glsl"
#include "lib/finite.glsl"

void main() {
    vec2 inside = clamp((0.5 - abs(from - 0.5)) * vec2(textureSize(history, 0)) + 0.5, 0.0, 1.0);
    vec3 remaining = finite(sharp_sample(history, from)) * inside.x * inside.y * share - EXTRA_FADE * dt;
    color = vec4(max(finite(texture(picture, uv).rgb), remaining), 1.0);
}
