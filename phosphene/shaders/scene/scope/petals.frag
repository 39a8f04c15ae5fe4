#version 330 core
/*
about:  the past of the spectrum, wound into petals, plus the glow of the lines
reads:  trail, glow
writes: rgba16f, linear
*/
const float TURN = 6.2831853;

uniform sampler2D trail;
uniform sampler2D glow;
uniform float whirl;  // 0.12 in 0..0.4 turns: winding of a ray per factor e of radius
uniform float bloom;  // 0.8 in 0..3: strength of the glow
uniform float aspect;
uniform float minute;
uniform float travel;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "lib/angle.glsl"
#include "lib/log_radius.glsl"

void main() {
    vec2 at = (uv * 2.0 - 1.0) * vec2(aspect, 1.0);
    float radius = log_radius(length(at));
    float winding = whirl * SPAN * (radius - 0.5) * sin(TURN * 3.0 * minute);
    float petals = 4.0 + floor(4.0 * random.w);
    float turn = petals * (angle(at) / TURN + winding + minute) + travel;
    vec3 light = texture(trail, vec2(radius, abs(2.0 * fract(turn) - 1.0))).rgb;
    light -= 0.6 * min(min(light.r, light.g), light.b);
    color = vec4(1.4 * smoothstep(0.0, 0.3, radius) * light + bloom * texture(glow, uv).rgb, 1.0);
}
