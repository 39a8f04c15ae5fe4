/*
about:  luma and chroma of display values: full-range BT.601, chroma around 0
use:    vec3 rgb_to_ycc(vec3 shown), 0..1; returns Y in 0..1, Cb and Cr in -0.5..0.5
*/
vec3 rgb_to_ycc(vec3 shown) {
    float luma = dot(shown, vec3(0.299, 0.587, 0.114));
    return vec3(luma, (shown.b - luma) / 1.772, (shown.r - luma) / 1.402);
}
