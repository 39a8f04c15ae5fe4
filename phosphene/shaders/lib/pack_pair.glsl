/*
about:  packs two numbers of 0..1 into one 32-bit float, twelve bits each, since a target has only four channels
use:    vec4 pack_pair(vec4 first, vec4 second), vec4 unpack_first(vec4 pair), vec4 unpack_second(vec4 pair)
*/
const float STEPS = 4095.0;

vec4 pack_pair(vec4 first, vec4 second) {
    return floor(clamp(first, 0.0, 1.0) * STEPS + 0.5) + clamp(second, 0.0, 1.0) * (STEPS / (STEPS + 1.0));
}

vec4 unpack_first(vec4 pair) {
    return floor(pair) / STEPS;
}

vec4 unpack_second(vec4 pair) {
    return fract(pair) * ((STEPS + 1.0) / STEPS);
}
