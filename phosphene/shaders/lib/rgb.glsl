/*
about:  the way back from lib/ycc.glsl; linear, so differences may take it too
use:    vec3 rgb(vec3 ycc)
*/
vec3 rgb(vec3 ycc) {
    return ycc.x + vec3(1.402 * ycc.z, -0.3441363 * ycc.y - 0.7141363 * ycc.z, 1.772 * ycc.y);
}
