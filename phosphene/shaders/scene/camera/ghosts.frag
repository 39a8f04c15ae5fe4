#version 330 core
/*
about:  who stood there, in two colours, the larger the longer ago
reads:  past, moment
writes: rgba16f, linear
*/
const vec3 AZURE = vec3(0.030, 0.420, 0.950);
const vec3 AMBER = vec3(1.000, 0.330, 0.040);

uniform sampler2D past;
uniform sampler2D moment;
uniform float span;    // 0.8 in 0.1..0.95 s: of the past that is seen
uniform float echoes;  // 0.6 in 0..1: that linger behind
uniform float level;
uniform float kick;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

#include "scene/camera/view.glsl"
#include "lib/luminance.glsl"

float echo(float part, float now) {
    vec2 at = (uv - 0.5) * (1.0 - (0.06 + 0.08 * kick) * part) + 0.5 + vec2(0.2 * (lots.y - 0.5) * part, 0.0);
    vec4 then = texture(past, corner(now - floor(part * span * MOMENTS)) + inside(at));
    float bright = abs(then.a - 1.0) < 0.5 ? luminance(then.rgb) : 0.0;
    return bright * smoothstep(0.05, 0.3, bright);
}

void main() {
    float now = texelFetch(moment, ivec2(0), 0).r;
    vec3 light = AZURE * echo(0.5, now) + AMBER * echo(1.0, now);
    color = vec4(echoes * (0.5 + 1.5 * level + 1.5 * kick) * light, 1.0);
}
