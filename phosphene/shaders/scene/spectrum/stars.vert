#version 330 core
/*
about:  a star per instance, at a place and of a colour that the seed draws; it twinkles
writes: offset: -1..1 across the star
*/
const float SIZE = 0.0028;  // heights; no less than a pixel

uniform sampler2D sky;  // half as high as the picture
uniform float stars;  // 0.6 in 0..2: light of the stars
uniform float minute;
uniform float aspect;
uniform vec4 random;

flat out vec3 light;
out vec2 offset;

#include "lib/fast_sine.glsl"
#include "lib/random4.glsl"

void main() {
    vec4 chance = random4(uvec2(gl_InstanceID, uint(65536.0 * random.w)));
    float size = max(SIZE, 0.7 / float(textureSize(sky, 0).y)), small = SIZE / size;
    float twinkle = 0.75 + 0.25 * fast_sine(floor(6.0 + 9.0 * chance.z) * minute + chance.w);
    offset = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vec2 at = vec2(chance.x, 0.42 + 0.58 * sqrt(chance.y)) + size * offset / vec2(aspect, 1.0);
    vec3 tint = mix(vec3(0.75, 0.87, 1.0), vec3(1.0, 0.88, 0.7), chance.w);
    light = stars * (0.06 + 1.8 * pow(chance.z, 8.0)) * twinkle * small * small * tint;
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
