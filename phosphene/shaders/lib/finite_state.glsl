/*
about:  a state from the last frame, with 0 for NaN, infinity and values beyond 64
use:    vec4 finite_state(vec4 state)
*/
vec4 finite_state(vec4 state) {
    return mix(vec4(0.0), state, lessThan(abs(state), vec4(64.0)));
}
