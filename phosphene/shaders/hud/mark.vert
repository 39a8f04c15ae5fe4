#version 330 core
/*
about:  a mark on the screen: a box, or a letter, which has one
writes: at, where in the box, in pixels from its upper left
*/
uniform vec2 room;  // pixels of the screen

in vec4 box;    // left, top, width, height: pixels from the screen's upper left
in vec4 ink;    // as the screen shows it, and how much it covers
in vec2 shape;  // of BOX the radius of its corners; of TEXT and LARGE the number of the letter

out vec2 at;
flat out vec2 extent;
flat out vec4 paint;
flat out vec2 form;

void main() {
    at = box.zw * vec2(gl_VertexID & 1, gl_VertexID >> 1);
    extent = box.zw;
    paint = ink;
    form = shape;
    vec2 place = (box.xy + at) / room * 2.0 - 1.0;
    gl_Position = vec4(place.x, -place.y, 0.0, 1.0);
}
