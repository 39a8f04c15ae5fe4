#version 330 core
/*
about:  a point, or a soft disc
reads:  mark, disc
writes: rgba16f, added up
*/
flat in vec4 mark;
flat in float disc;
out vec4 color;

void main() {
    vec2 offset = 2.0 * gl_PointCoord - 1.0;
    color = mark * max(1.0 - disc * dot(offset, offset), 0.0);
}
