#version 330 core
/*
about:  the haze in front of each row of the land; above the rows, the sky without sun and stars
reads:  mood, land
writes: rgba16f, linear; alpha is the share of the row that shows through
*/
uniform sampler2D mood;
uniform sampler2D land;
uniform float hue;   // 0 in -0.5..0.5 turns: of all colours
uniform float haze;  // 1 in 0..2: density between the ridges
uniform float kick;
uniform float aspect;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "scene/strata/perspective.glsl"
#include "scene/strata/sky_light.glsl"
#include "lib/rotate_hue.glsl"

vec4 haze_of(float row, float from_sun, vec4 state, float up) {
    float distance = (row_depth(row) - 1.0) / (MAX_DEPTH - 1.0);
    vec3 near_haze = DUSK * (0.15 + 0.6 * state.z), far_haze = sky_light(vec2(from_sun, up), 0.0, state, kick);
    return vec4(mix(near_haze, far_haze, min(0.25 + 1.2 * distance, 1.0)),
        exp(-haze * 3.5 * distance) * (1.0 - pow(distance, 4.0)));
}

void main() {
    vec4 state = texelFetch(mood, ivec2(0), 0);
    vec2 sun_at = sun_position(state, random.x);
    float from_sun = (uv.x - sun_at.x) * aspect, row = floor(gl_FragCoord.y), up = sky_height(gl_FragCoord.y) - HORIZON;
    vec4 light = vec4(sky_light(vec2(from_sun, HORIZON + up - sun_at.y), up, state, kick), 1.0);
    if (row < ROWS) {
        light = haze_of(row + texelFetch(land, ivec2(0), 0).a, from_sun, state, HORIZON - sun_at.y);
    }
    color = vec4(rotate_hue(light.rgb, hue + 0.025 * state.x), light.a);
}
