#version 330 core
/*
about:  what the agents deposit, and the flakes
reads:  agents, trail
writes: mark: the deposit of three species, and the light that runs along the threads; disc, 1 for a flake
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
    int flake_index = gl_VertexID - size.x * size.y + FLAKES;
    vec4 agent = texelFetch(agents, ivec2(gl_VertexID % size.x, gl_VertexID / size.x), 0);
    disc = flake_index < 0 ? 0.0 : 1.0;
    int species = flake_index < 0 ? gl_VertexID % SPECIES : flake_index * SPECIES / FLAKES;
    float loudness = disc * agent.z * agent.z;
    mark = vec4(equal(ivec4(species), ivec4(0, 1, 2, 3)))
        * (flake_index < 0 ? min(pixel * pixel, 1.0) : 0.25 + loudness);
    mark.a = flake_index < 0 ? (0.1 + level) * max(1.0 - 2.5 * agent.w, 0.0)
        : loudness * (0.4 + 0.6 * onset + 1.2 * pulse);
    gl_PointSize = max((flake_index < 0 ? 1.0 : 5.0 + 8.0 * agent.z) * pixel, 1.0);
    gl_Position = vec4(agent.xy * 2.0 - 1.0, 0.0, 1.0);
}
