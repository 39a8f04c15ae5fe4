/*
about:  where the rows of the land lie in the picture, in its heights; and in `air`, over as many, the sky above them
use:    float depth(float row), 1 for the nearest; float ground(float far); float tall(float far), of a height of 1;
        float height(float texel) of the sky, and float texel(float height)
*/
const float ROWS = 24.0;
const float FAR = 7.0;
const float HORIZON = 0.42;

float depth(float row) {
    return pow(FAR, row / ROWS);
}

float ground(float far) {
    return HORIZON - (HORIZON + 0.12) * (1.0 / far - 1.0 / FAR) / (1.0 - 1.0 / FAR);
}

float tall(float far) {
    return 0.8 / sqrt(far);
}

const float SKY = 48.0;  // texels of air, over those of the rows

float height(float texel) {
    return mix(HORIZON, 1.0, (texel - ROWS - 0.5) / (SKY - 1.0));
}

float texel(float height) {
    return ROWS + 0.5 + (SKY - 1.0) * max(height - HORIZON, 0.0) / (1.0 - HORIZON);
}
