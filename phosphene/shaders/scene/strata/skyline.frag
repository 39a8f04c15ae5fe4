#version 330 core
/*
about:  for each row, the height in the picture of the land up to that row, so that a pixel finds its row by bisection
reads:  row_tops
writes: that; height of the land; light on its crest; slope
*/
uniform sampler2D row_tops;

out vec4 color;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    float top = -1.0;
    for (int row = 0; row <= here.y; row++) {
        top = max(top, texelFetch(row_tops, ivec2(here.x, row), 0).r);
    }
    vec4 own = texelFetch(row_tops, here, 0);
    int last = textureSize(row_tops, 0).x - 1;
    float left = texelFetch(row_tops, ivec2(max(here.x - 2, 0), here.y), 0).r;
    float right = texelFetch(row_tops, ivec2(min(here.x + 2, last), here.y), 0).r;
    color = vec4(top, own.g, own.b, right - left);
}
