#version 330 core
/*
about:  a picture that is all alike: what a screen shows of its light is found at three corners, not at every pixel
reads:  light (linear, one pixel)
writes: seen
*/
uniform sampler2D light;

flat out vec3 seen;

#include "lib/screen.glsl"
#include "lib/tone.glsl"

void main() {
    screen();
    seen = tone(texelFetch(light, ivec2(0), 0).rgb);
}
