#version 430 core
/*
about:  converts a picture to planar YUV 4:2:0 for an encoder, with the integers of engine/encode/yuv420.py, top row
        first
reads:  picture (rgba8, the bottom row first)
writes: frame, four bytes per word
*/
layout(local_size_x = 64) in;
layout(std430, binding = 0) writeonly buffer Frame { uint frame[]; };

uniform sampler2D picture;
uniform ivec3 luma;           // weights of red, green and blue, for each plane
uniform ivec3 blue;
uniform ivec3 red;
uniform ivec2 offset;         // of luma, and of chroma
uniform ivec2 fraction_bits;  // of luma, and of chroma
uniform int row;              // words written by one row of work groups

ivec3 pixel(int x, int y) {
    return ivec3(texelFetch(picture, ivec2(x, textureSize(picture, 0).y - 1 - y), 0).rgb * 255.0 + 0.5);
}

int value(int at) {
    ivec2 size = textureSize(picture, 0);
    int pixels = size.x * size.y;
    if (at < pixels) {
        ivec3 weighed = luma * pixel(at % size.x, at / size.x);
        return (weighed.r + weighed.g + weighed.b + offset.x) >> fraction_bits.x;
    }
    int second = (at - pixels) / (pixels / 4), place = (at - pixels) % (pixels / 4);
    int x = 2 * (place % (size.x / 2)), y = 2 * (place / (size.x / 2));
    ivec3 four = pixel(x, y) + pixel(x + 1, y) + pixel(x, y + 1) + pixel(x + 1, y + 1);
    ivec3 weighed = (second == 0 ? blue : red) * four;
    return (weighed.r + weighed.g + weighed.b + offset.y) >> fraction_bits.y;
}

void main() {
    int word = int(gl_GlobalInvocationID.y) * row + int(gl_GlobalInvocationID.x);
    if (word < frame.length()) {
        int at = 4 * word;
        frame[word] = uint(value(at) | value(at + 1) << 8 | value(at + 2) << 16 | value(at + 3) << 24);
    }
}
