#version 330 core
/*
about:  the lake from the shore (uv.y 0) to the horizon (1): the sky, as the waves reflect it
reads:  sky, water
writes: rgba16f, linear
*/
const vec3 DEEP = vec3(0.0012, 0.0035, 0.0065);  // light that comes out of the water

uniform sampler2D sky;
uniform sampler2D water;
uniform float bend;  // 1 in 0..3: by how much the waves bend the reflection
uniform float minute;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "scene/spectrum/view.glsl"

vec2 wave_slope(vec2 at) {
    vec2 texel = 1.0 / vec2(textureSize(water, 0));
    float right = texture(water, at + vec2(texel.x, 0.0)).x, left = texture(water, at - vec2(texel.x, 0.0)).x;
    float near = texture(water, at + vec2(0.0, texel.y)).x, far = texture(water, at - vec2(0.0, texel.y)).x;
    float breeze = fast_sine(9.0 * at.y * at.y + 1.7 * at.x + 12.0 * minute) * fast_sine(3.0 * at.x - 7.0 * minute);
    return vec2(right - left, near - far) + vec2(0.005, 0.012) * breeze;
}

vec3 reflection(vec2 at, float spread) {
    vec3 sum = 0.4 * texture(sky, at).rgb;
    sum += 0.25 * texture(sky, at + vec2(0.0, spread)).rgb + 0.2 * texture(sky, at + vec2(0.0, 2.3 * spread)).rgb;
    return sum + 0.15 * texture(sky, at - vec2(0.0, spread)).rgb;
}

void main() {
    float near = 1.0 - uv.y;
    vec2 slope = wave_slope(vec2(0.5 + (uv.x - 0.5) * mix(1.0, 0.5, near), pow(near, 0.6)));
    vec2 at = vec2(uv.x, -sky_height(uv.y * HORIZON)) + bend * slope * vec2(0.10, 0.35) * (0.05 + 0.95 * near);
    at.y = abs(at.y);
    vec3 light = reflection(at, 0.012 + 0.05 * near);
    float ridge = ridge_height(uv.x, random);
    light = mix(light, RIDGE + 0.04 * light, smoothstep(ridge + 0.01, ridge - 0.01, at.y));
    float share = 0.25 + 0.6 * uv.y * uv.y;  // water reflects more at a grazing angle
    color = vec4(DEEP + share * light * (1.0 + 2.0 * bend * max(slope.y, 0.0)), 1.0);
}
