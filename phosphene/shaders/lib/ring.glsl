/*
about:  where light is born: a ring, swollen by the bass
use:    float ring(float bass), its radius in half heights
*/
float ring(float bass) {
    return 0.36 + 0.10 * bass;
}
