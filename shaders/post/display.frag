#version 330 core
/*
about:  light to what a screen shows: a soft shoulder, the screen's own curve, and dither last
reads:  picture (linear rgb, unbounded)
writes: rgba8
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

#include "lib/curve.glsl"
#include "lib/dither.glsl"

void main() {
    vec3 seen = curve(1.0 - exp(-texture(picture, uv).rgb));
    float less = 0.99 / 255.0;  // than a step, so that black stays black and white stays white
    color = vec4(seen + less * (dither(gl_FragCoord.xy) - 0.5), 1.0);
}
