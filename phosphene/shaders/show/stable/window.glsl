/*
about:  the window that chroma is smoothed in
use:    float reach(float height), in pixels of a picture so high
        float window(float height), in pixels of a quarter of the size, which reach two by themselves
*/
uniform float chroma_smooth;  // 1.0 in 0..4 px: at 360 lines; chroma is smoothed three times as far

float reach(float height) {
    return 3.0 * chroma_smooth * height / 360.0;
}

float window(float height) {
    return max(reach(height) - 2.0, 4.0) / 4.0;
}
