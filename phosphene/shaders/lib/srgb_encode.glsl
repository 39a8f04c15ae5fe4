/*
about:  the sRGB transfer curve from two square roots, exact to 0.11 of an 8-bit step
use:    vec3 srgb_encode(vec3 light), linear 0..1; returns display values 0..1
*/
vec3 srgb_encode(vec3 light) {
    vec3 root = sqrt(light);
    vec3 encoded = -0.07757 + 0.30212 * sqrt(root) + 0.82770 * root - 0.05225 * light;
    return mix(12.92 * light, encoded, step(0.0031308, light));
}
