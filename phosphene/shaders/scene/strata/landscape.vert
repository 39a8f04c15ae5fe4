#version 330 core
/*
about:  full-screen vertex shader with the values that are the same in every pixel
reads:  mood
writes: uv; position, radius and light of the sun, below and above; the rock in shadow, and its two beds in the light;
        the light of crests, on the edge and below it
*/
const vec3 SHADE = vec3(0.004, 0.007, 0.022);
const vec3 CLAY = vec3(0.20, 0.030, 0.055);
const vec3 SAND = vec3(0.36, 0.15, 0.070);

uniform sampler2D mood;
uniform float hue;    // 0 in -0.5..0.5 turns: of all colours
uniform float glow;   // 1 in 0..3: brightness of the sun and the crests
uniform float kick;
uniform vec4 random;

out vec2 uv;
flat out vec2 sun_at;
flat out float sun_radius;
flat out mat2x3 hot;
flat out mat3 rock;
flat out mat2x3 crest;

#include "lib/screen_triangle.glsl"
#include "lib/rotate_hue.glsl"
#include "scene/strata/perspective.glsl"
#include "scene/strata/sky_light.glsl"

void main() {
    uv = screen_triangle();
    vec4 state = texelFetch(mood, ivec2(0), 0);
    float turn = hue + 0.025 * state.x, brightness = glow * (0.8 + 1.2 * state.z + 1.5 * kick),
        daylight = 0.15 + state.z;
    vec3 ember = rotate_hue(EMBER, turn), gold = rotate_hue(GOLD, turn);
    sun_at = sun_position(state, random.x);
    sun_radius = 0.085 + 0.012 * kick;
    hot = mat2x3(brightness * ember, brightness * gold);
    rock = mat3(rotate_hue(SHADE, turn), daylight * rotate_hue(CLAY, turn), daylight * rotate_hue(SAND, turn));
    crest = mat2x3(glow * mix(ember, gold, 0.6), 0.06 * glow * ember);
}
