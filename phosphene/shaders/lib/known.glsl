/*
about:  what is remembered, or nothing where that is no number
use:    vec4 known(vec4 state)
*/
vec4 known(vec4 state) {
    return mix(vec4(0.0), state, lessThan(abs(state), vec4(64.0)));
}
