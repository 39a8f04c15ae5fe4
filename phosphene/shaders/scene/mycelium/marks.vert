#version 330 core
/*
about:  what tips leave where they are, and the flakes
reads:  agents, trail
writes: mark, of three kins, and the light that runs along the threads; round, 1 where it is a disc
*/
uniform sampler2D agents;
uniform sampler2D trail;
uniform float pulse;
uniform float onset;
uniform float level;

flat out vec4 mark;
flat out float disc;

#include "scene/mycelium/flakes.glsl"

void main() {
    ivec2 size = textureSize(agents, 0);
    float pixel = float(textureSize(trail, 0).y) / 180.0;
    int fruit = gl_VertexID - size.x * size.y + FLAKES;
    vec4 agent = texelFetch(agents, ivec2(gl_VertexID % size.x, gl_VertexID / size.x), 0);
    disc = fruit < 0 ? 0.0 : 1.0;
    int kin = fruit < 0 ? gl_VertexID % KINS : fruit * KINS / FLAKES;
    float loud = disc * agent.z * agent.z;
    mark = vec4(equal(ivec4(kin), ivec4(0, 1, 2, 3))) * (fruit < 0 ? min(pixel * pixel, 1.0) : 0.25 + loud);
    mark.a = fruit < 0 ? (0.1 + level) * max(1.0 - 2.5 * agent.w, 0.0) : loud * (0.4 + 0.6 * onset + 1.2 * pulse);
    gl_PointSize = max((fruit < 0 ? 1.0 : 5.0 + 8.0 * agent.z) * pixel, 1.0);
    gl_Position = vec4(agent.xy * 2.0 - 1.0, 0.0, 1.0);
}
