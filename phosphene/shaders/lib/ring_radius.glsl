/*
about:  radius of the ring that emits the light; the bass widens it
use:    float ring_radius(float bass), in half heights
*/
float ring_radius(float bass) {
    return 0.36 + 0.10 * bass;
}
