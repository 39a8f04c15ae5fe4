#version 330 core
/*
about:  a mark on the screen: a box or a letter, one per instance
writes: at, the position in the box, in pixels from its upper left
*/
uniform vec2 screen_size;  // size of the screen in pixels

in vec4 box;    // left, top, width, height, in pixels from the screen's upper left
in vec4 color;  // display rgb and opacity
in vec2 shape;  // kind; then the corner radius of a BOX, or the letter's number for TEXT and LARGE

out vec2 at;
flat out vec2 extent;
flat out vec4 paint;
flat out vec2 form;

void main() {
    at = box.zw * vec2(gl_VertexID & 1, gl_VertexID >> 1);
    extent = box.zw;
    paint = color;
    form = shape;
    vec2 place = (box.xy + at) / screen_size * 2.0 - 1.0;
    gl_Position = vec4(place.x, -place.y, 0.0, 1.0);
}
