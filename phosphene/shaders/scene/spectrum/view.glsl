/*
about:  where the lake ends, and the hills behind it
use:    float sky_height(float y): 0 at the horizon, 1 at the top, below 0 on the lake
        float ridge_height(float x, vec4 random): of the hills at x in 0..1, as sky_height gives it
*/
const float HORIZON = 0.3;
const vec3 RIDGE = vec3(0.0010, 0.0018, 0.0034);  // light of the hills

uniform float aspect;

#include "lib/fast_sine.glsl"

float sky_height(float y) {
    return (y - HORIZON) / (1.0 - HORIZON);
}

float ridge_height(float x, vec4 random) {
    float at = x * aspect + 7.0 * random.y;
    float hills = 0.5 + 0.3 * fast_sine(0.31 * at) + 0.2 * fast_sine(0.83 * at + random.z);
    return 0.012 + 0.055 * hills * hills + 0.004 * fast_sine(3.1 * at) + 0.002 * fast_sine(8.7 * at);
}
