#version 330 core
/*
about:  how high up the picture the land reaches, up to each of its rows: a pixel finds its own by halving
reads:  reach
writes: that; its height; the light on its crest; how steep it is
*/
uniform sampler2D reach;

out vec4 color;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    float top = -1.0;
    for (int row = 0; row <= here.y; row++) {
        top = max(top, texelFetch(reach, ivec2(here.x, row), 0).r);
    }
    vec4 own = texelFetch(reach, here, 0);
    int last = textureSize(reach, 0).x - 1;
    float left = texelFetch(reach, ivec2(max(here.x - 2, 0), here.y), 0).r;
    float right = texelFetch(reach, ivec2(min(here.x + 2, last), here.y), 0).r;
    color = vec4(top, own.g, own.b, right - left);
}
