/*
about:  one triangle that covers the whole target; sets gl_Position
use:    vec2 screen_triangle(), in a vertex shader; returns uv, 0..1 from the lower left
*/
const vec2 CORNERS[3] = vec2[](vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));

vec2 screen_triangle() {
    gl_Position = vec4(CORNERS[gl_VertexID], 0.0, 1.0);
    return CORNERS[gl_VertexID] * 0.5 + 0.5;
}
