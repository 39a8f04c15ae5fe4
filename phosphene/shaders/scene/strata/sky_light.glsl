/*
about:  light of the sky, and the position of the sun
use:    vec3 sky_light(vec2 to, float up, vec4 mood, float kick), to: offset from the sun, up: above the horizon, both
        in heights; vec2 sun_position(vec4 mood, float side), side: below or above 0.5
*/
const vec3 NIGHT = vec3(0.003, 0.007, 0.030);
const vec3 DUSK = vec3(0.085, 0.022, 0.150);
const vec3 EMBER = vec3(1.25, 0.17, 0.085);
const vec3 GOLD = vec3(1.80, 0.75, 0.22);

vec2 sun_position(vec4 mood, float side) {
    return vec2(0.618 - 0.236 * step(0.5, side), HORIZON - 0.04 + 0.26 * mood.z);
}

vec3 sky_light(vec2 to, float up, vec4 mood, float kick) {
    float distance = length(to * vec2(0.7, 1.0));
    vec3 light = mix(NIGHT, DUSK * (0.5 + mood.z), exp(-3.5 * up));
    light += EMBER * exp(-7.0 * up) * (0.06 + 0.7 * mood.z + 0.35 * kick) / (1.0 + 5.0 * to.x * to.x);
    return light + mix(EMBER, GOLD, 0.3 + 0.7 * mood.y) * (0.10 + 0.45 * mood.z + 0.5 * kick) * exp(-5.5 * distance);
}
