/*
about:  how far out a point lies, as the visual cortex counts it: by the logarithm, so that what is alike
        grows with its distance from the centre
use:    float depth(float radius), 0 at INNER, 1 beyond the corners of 21:9; radius in half heights
*/
const float INNER = 0.05;
const float SPAN = 4.0;  // natural logarithms between the two

float depth(float radius) {
    return log(max(radius, 1e-4) / INNER) / SPAN;
}
