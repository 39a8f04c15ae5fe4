/*
about:  perspective of the land's rows, in heights of the picture; and the layout of the sky in `air`
use:    float row_depth(float row), 1 for the nearest; float ground_height(float distance); float row_scale(float
        distance), for a height of 1; float sky_height(float texel) and its inverse float sky_texel(float height)
*/
const float ROWS = 24.0;
const float MAX_DEPTH = 7.0;
const float HORIZON = 0.42;

float row_depth(float row) {
    return pow(MAX_DEPTH, row / ROWS);
}

float ground_height(float distance) {
    return HORIZON - (HORIZON + 0.12) * (1.0 / distance - 1.0 / MAX_DEPTH) / (1.0 - 1.0 / MAX_DEPTH);
}

float row_scale(float distance) {
    return 0.8 / sqrt(distance);
}

const float SKY = 48.0;  // texels of `air` above those of the rows

float sky_height(float texel) {
    return mix(HORIZON, 1.0, (texel - ROWS - 0.5) / (SKY - 1.0));
}

float sky_texel(float height) {
    return ROWS + 0.5 + (SKY - 1.0) * max(height - HORIZON, 0.0) / (1.0 - HORIZON);
}
