#version 330 core
/*
about:  stars, where neither the land nor the sun covers them
reads:  mood, skyline
writes: light of each; offset, -1..1 over its width
*/
const float RADIUS = 0.0033;  // of the faintest, in heights

uniform sampler2D mood;
uniform sampler2D skyline;
uniform float hue;   // 0 in -0.5..0.5 turns: of all colours
uniform float hat;
uniform float minute;
uniform float aspect;
uniform vec4 random;

flat out vec3 light;
out vec2 offset;

#include "scene/strata/perspective.glsl"
#include "scene/strata/sky_light.glsl"
#include "lib/hash2.glsl"
#include "lib/rotate_hue.glsl"

void main() {
    vec2 place_random = hash2(vec2(float(gl_InstanceID), floor(97.0 * random.y))),
        look_random = hash2(vec2(floor(97.0 * random.z), float(gl_InstanceID)));
    vec2 at = vec2(place_random.x, mix(HORIZON, 1.0, place_random.y));
    vec4 state = texelFetch(mood, ivec2(0), 0);
    ivec2 extent = textureSize(skyline, 0);
    float top = texelFetch(skyline, ivec2(int(at.x * float(extent.x)), extent.y - 1), 0).r;
    float visible = step(top, at.y) * step(0.1, length((at - sun_position(state, random.x)) * vec2(aspect, 1.0)));
    float size = mix(0.5, 1.0, look_random.x), shine = size * size,
        twinkle = abs(fract(9.0 * look_random.y + 20.0 * minute) - 0.5);
    light = rotate_hue(vec3(0.7, 0.85, 1.2), hue) * visible * shine * shine * smoothstep(HORIZON, 0.9, at.y)
        * (0.3 + twinkle + 4.0 * hat);
    offset = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    at += offset * (1.5 - size) * RADIUS / vec2(aspect, 1.0);
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
