/*
about:  radius of the window that chroma is smoothed in
use:    float smoothing_radius(float height), in pixels of a picture of that height
        float window_radius(float height), in pixels of the quarter-size picture, which reach two more by themselves
*/
uniform float chroma_smooth;  // 1.0 in 0..4 px: at 360 lines; chroma is smoothed three times as far as this

float smoothing_radius(float height) {
    return 3.0 * chroma_smooth * height / 360.0;
}

float window_radius(float height) {
    return max(smoothing_radius(height) - 2.0, 4.0) / 4.0;
}
