#version 430 core
/*
about:  a picture as an encoder takes it: I420, by the whole numbers of engine/bounce/i420.py, the right way up
reads:  picture (rgba8, the bottom row first)
writes: slide, four bytes a word
*/
layout(local_size_x = 64) in;
layout(std430, binding = 0) writeonly buffer Slide { uint slide[]; };

uniform sampler2D picture;
uniform ivec3 luma;    // what red, green and blue weigh in each plane
uniform ivec3 blue;
uniform ivec3 red;
uniform ivec2 offset;  // of luma, and of the two others
uniform ivec2 point;   // bits behind it
uniform int row;       // words that a row of work groups writes

ivec3 pixel(int x, int y) {
    return ivec3(texelFetch(picture, ivec2(x, textureSize(picture, 0).y - 1 - y), 0).rgb * 255.0 + 0.5);
}

int value(int at) {
    ivec2 size = textureSize(picture, 0);
    int pixels = size.x * size.y;
    if (at < pixels) {
        ivec3 weighed = luma * pixel(at % size.x, at / size.x);
        return (weighed.r + weighed.g + weighed.b + offset.x) >> point.x;
    }
    int second = (at - pixels) / (pixels / 4), place = (at - pixels) % (pixels / 4);
    int x = 2 * (place % (size.x / 2)), y = 2 * (place / (size.x / 2));
    ivec3 weighed = (second == 0 ? blue : red) * (pixel(x, y) + pixel(x + 1, y) + pixel(x, y + 1) + pixel(x + 1, y + 1));
    return (weighed.r + weighed.g + weighed.b + offset.y) >> point.y;
}

void main() {
    int word = int(gl_GlobalInvocationID.y) * row + int(gl_GlobalInvocationID.x);
    if (word < slide.length()) {
        int at = 4 * word;
        slide[word] = uint(value(at) | value(at + 1) << 8 | value(at + 2) << 16 | value(at + 3) << 24);
    }
}
