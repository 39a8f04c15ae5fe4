#version 330 core
/*
about:  a picture that is all alike, so that its light becomes what a screen shows three times and not for every pixel
reads:  light (linear, one pixel)
writes: seen
*/
const vec2 CORNERS[3] = vec2[](vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));

uniform sampler2D light;

flat out vec3 seen;

#include "lib/tone.glsl"

void main() {
    gl_Position = vec4(CORNERS[gl_VertexID], 0.0, 1.0);
    seen = tone(texelFetch(light, ivec2(0), 0).rgb);
}
