#version 330 core
/*
about:  a picture in blocks: mean and deviation of luma and chroma
reads:  picture (linear rgb), of any size
writes: rgba32f; r, g, b are packed pairs of the mean and twice the deviation of Y, Cb + 0.5, Cr + 0.5; alpha is the
        number of pixels in the block
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

#include "lib/pack_pair.glsl"
#include "show/stable/display_ycc.glsl"

void main() {
    ivec2 blocks = ivec2(gl_FragCoord.xy / uv + 0.5), size = textureSize(picture, 0);
    ivec2 begin = ivec2(gl_FragCoord.xy) * size / blocks, end = ivec2(gl_FragCoord.xy + 1.0) * size / blocks;
    vec3 sum = vec3(0.0), squares = vec3(0.0);
    for (int y = begin.y; y < end.y; ++y) {
        for (int x = begin.x; x < end.x; ++x) {
            vec3 pixel = display_ycc(texelFetch(picture, ivec2(x, y), 0).rgb);
            sum += pixel;
            squares += pixel * pixel;
        }
    }
    float pixels = float((end.x - begin.x) * (end.y - begin.y));
    vec3 mean = sum / max(pixels, 1.0);
    vec3 spread = sqrt(max(squares / max(pixels, 1.0) - mean * mean, 0.0));
    color = pack_pair(vec4(mean + vec3(0.0, 0.5, 0.5), 0.0), vec4(2.0 * spread, 0.0));
    color.a = pixels;
}
