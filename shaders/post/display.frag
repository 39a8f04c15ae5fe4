#version 330 core
/*
about:  light to what a screen shows: a soft shoulder, the screen's own curve, and dither last
reads:  picture (linear rgb, unbounded)
writes: rgba8
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

#include "lib/dither.glsl"

void main() {
    vec3 seen = 1.0 - exp(-texture(picture, uv).rgb);
    seen = mix(12.92 * seen, 1.055 * pow(max(seen, 1e-5), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, seen));
    color = vec4(seen + (dither(gl_FragCoord.xy) - 0.5) / 255.0, 1.0);
}
