#version 330 core
/*
about: the picture in mirrors around its centre
*/
const float TURN = 6.2831853;

uniform sampler2D picture;
uniform float segments;  // 6 in 2..16: mirrors
uniform float turn;      // 0 in 0..1 turns: of the mirrors
uniform float aspect;

in vec2 uv;
out vec4 color;

#include "lib/angle.glsl"

void main() {
    vec2 at = (uv * 2.0 - 1.0) * vec2(aspect, 1.0);
    float wide = TURN / floor(segments + 0.5);
    float folded = abs(mod(angle(at) - TURN * turn, wide) - 0.5 * wide) + TURN * turn;
    vec2 from = length(at) * vec2(cos(folded), sin(folded)) / vec2(aspect, 1.0) * 0.5 + 0.5;
    color = vec4(texture(picture, 1.0 - abs(1.0 - mod(from, 2.0))).rgb, 1.0);
}
