#version 330 core
/*
about:  a point, or a disc that is soft
reads:  mark, disc
writes: rgba16f, added up
*/
flat in vec4 mark;
flat in float disc;
out vec4 color;

void main() {
    vec2 off = 2.0 * gl_PointCoord - 1.0;
    color = mark * max(1.0 - disc * dot(off, off), 0.0);
}
