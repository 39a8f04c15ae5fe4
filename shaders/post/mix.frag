#version 330 core
/*
about: what a screen shows of two pictures, one of which takes the other's place
*/
const float SOFT = 0.25;  // of a wipe's edge, as luminance

uniform sampler2D old;
uniform sampler2D picture;
uniform float share;     // of the way
uniform float kind;      // 0 fades, 2 wipes: what is bright comes first
uniform float blackout;  // 0 in 0..1: the stage goes dark

in vec2 uv;
out vec4 color;

#include "lib/display.glsl"

void main() {
    vec3 before = texture(old, uv).rgb, after = texture(picture, uv).rgb;
    float come = share;
    if (kind > 1.5) {
        float dark = 1.0 - sqrt(dot(after, vec3(0.2126, 0.7152, 0.0722)));
        come = smoothstep(dark - SOFT, dark + SOFT, share * (1.0 + 2.0 * SOFT) - SOFT);
    }
    color = display(mix(before, after, come) * (1.0 - blackout));
}
