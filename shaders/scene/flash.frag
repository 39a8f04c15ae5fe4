#version 330 core
/*
about:  white while there is light, for measuring
reads:  seen
writes: what a screen shows
*/
flat in vec3 seen;
out vec4 color;

void main() {
    color = vec4(seen, 1.0);
}
