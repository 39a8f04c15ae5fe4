/*
about:  two numbers of 0..1 in one of 32 bits, twelve bits each: a pass has only four to give
use:    vec4 pair(vec4 first, vec4 second), vec4 first(vec4 pair), vec4 second(vec4 pair)
*/
const float STEPS = 4095.0;

vec4 pair(vec4 first, vec4 second) {
    return floor(clamp(first, 0.0, 1.0) * STEPS + 0.5) + clamp(second, 0.0, 1.0) * (STEPS / (STEPS + 1.0));
}

vec4 first(vec4 pair) {
    return floor(pair) / STEPS;
}

vec4 second(vec4 pair) {
    return fract(pair) * ((STEPS + 1.0) / STEPS);
}
