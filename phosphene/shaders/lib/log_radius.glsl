/*
about:  logarithmic radius, as the visual cortex maps it: equal steps grow with the distance from the centre
use:    float log_radius(float radius), radius in half heights; 0 at INNER, 1 beyond the corners of 21:9
*/
const float INNER = 0.05;
const float SPAN = 4.0;  // natural logarithms between 0 and 1

float log_radius(float radius) {
    return log(max(radius, 1e-4) / INNER) / SPAN;
}
