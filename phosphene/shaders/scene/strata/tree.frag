#version 330 core
/*
about:  the skyline as a search tree, four heights per texel: at the bottom every fifth row, then the rows between
reads:  skyline
writes: four heights, each at least the one before
*/
uniform sampler2D skyline;

out vec4 color;

float row_top(int row) {
    return texelFetch(skyline, ivec2(int(gl_FragCoord.x), row), 0).r;
}

void main() {
    int node = int(gl_FragCoord.y);
    int first = node < 5 ? 5 * node : 4, step = node < 5 ? 1 : 5;
    color = vec4(row_top(first), row_top(first + step), row_top(first + 2 * step), row_top(first + 3 * step));
}
