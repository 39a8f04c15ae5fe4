/*
about:  the inverse of lib/rgb_to_ycc.glsl; linear, so it also converts differences
use:    vec3 ycc_to_rgb(vec3 ycc)
*/
vec3 ycc_to_rgb(vec3 ycc) {
    return ycc.x + vec3(1.402 * ycc.z, -0.3441363 * ycc.y - 0.7141363 * ycc.z, 1.772 * ycc.y);
}
