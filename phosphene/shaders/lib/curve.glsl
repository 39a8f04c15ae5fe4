/*
about:  the screen's own curve (sRGB), from two square roots: within 0.11 of an 8-bit step
use:    vec3 curve(vec3 light), of 0..1
*/
vec3 curve(vec3 light) {
    vec3 root = sqrt(light);
    vec3 above = -0.07757 + 0.30212 * sqrt(root) + 0.82770 * root - 0.05225 * light;
    return mix(12.92 * light, above, step(0.0031308, light));
}
