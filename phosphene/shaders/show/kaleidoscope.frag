#version 330 core
/*
about: the picture mirrored in segments around a point
*/
const float TURN = 6.2831853;

uniform sampler2D picture;
uniform float amount;    // 1 in 0..1: strength of the mirrored picture
uniform float segments;  // 6 in 2..16: mirrors
uniform float turn;      // 0 in 0..1 turns: rotation of the mirrors
uniform float centre_x;  // 0 in -1..1 heights: position of the point, from the middle
uniform float centre_y;  // 0 in -0.5..0.5 heights
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "lib/angle.glsl"
#include "lib/finite.glsl"

void main() {
    vec2 centre = vec2(centre_x, centre_y), at = (uv - 0.5) * vec2(aspect, 1.0) - centre;
    float angle_width = TURN / floor(segments + 0.5);
    float folded = abs(mod(angle(at) - TURN * turn, angle_width) - 0.5 * angle_width) + TURN * turn;
    vec2 from = (length(at) * vec2(cos(folded), sin(folded)) + centre) / vec2(aspect, 1.0) + 0.5;
    // the picture repeats mirrored beyond its edges
    vec3 mirrored = texture(picture, 1.0 - abs(1.0 - mod(from, 2.0))).rgb;
    vec3 plain = texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb;
    color = vec4(mix(finite(plain), finite(mirrored), amount), 1.0);
}
