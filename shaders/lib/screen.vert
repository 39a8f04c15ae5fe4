#version 330 core
/*
about:  one triangle that covers the picture
writes: uv, 0..1 from the lower left corner
*/
const vec2 CORNERS[3] = vec2[](vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));

out vec2 uv;

void main() {
    gl_Position = vec4(CORNERS[gl_VertexID], 0.0, 1.0);
    uv = CORNERS[gl_VertexID] * 0.5 + 0.5;
}
