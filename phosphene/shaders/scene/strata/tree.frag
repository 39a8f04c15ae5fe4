#version 330 core
/*
about:  how high the rows of the land reach, four to a texel, as a pixel asks: below it every fifth, then those between
reads:  skyline
writes: four heights, each at least the one before
*/
uniform sampler2D skyline;

out vec4 color;

float top(int row) {
    return texelFetch(skyline, ivec2(int(gl_FragCoord.x), row), 0).r;
}

void main() {
    int node = int(gl_FragCoord.y);
    int first = node < 5 ? 5 * node : 4, step = node < 5 ? 1 : 5;
    color = vec4(top(first), top(first + step), top(first + 2 * step), top(first + 3 * step));
}
