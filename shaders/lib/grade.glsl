/*
about:  a picture as it is to look: its light behind a soft shoulder
use:    vec3 grade(vec2 uv), linear, 0..1
*/
#include "lib/finite.glsl"
#include "lib/shoulder.glsl"

uniform sampler2D picture;

vec3 grade(vec2 uv) {
    return shoulder(finite(texture(picture, uv).rgb));
}
