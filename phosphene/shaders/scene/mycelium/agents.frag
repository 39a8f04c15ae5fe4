#version 330 core
/*
about:  the tips of the threads: each tastes what lies ahead, turns to where more of its kin is, and goes on; an onset
        bursts the flakes that sound, and spores fly. The last of them are no tips but the flakes
reads:  agents (this pass, one step ago), trail, bands
writes: place 0..1, heading in turns, and how long ago it was born, in seconds; or of a flake: place, how loud it is
*/
const float TURN = 6.2831853;
const float NIMBLE = 3.5;   // turns a second, at most
const float WANDER = 0.3;   // turns a second
const float FLIGHT = 0.35;  // seconds in which a spore slows down
const float AGED = 25.0;    // seconds until most have been born again, so that no net is for ever
const float SHY = 0.4;      // of others, against the liking for kin
const float FULL = 0.6;     // of a thread: more of it tastes little better

uniform sampler2D agents;
uniform sampler2D trail;
uniform sampler2D bands;
uniform float reach;   // 0.022 in 0.01..0.1 heights: how far ahead a tip tastes
uniform float spread;  // 0.08 in 0.03..0.2 turns: and how far aside
uniform float pace;    // 0.15 in 0.03..0.4 1/s: heights that it grows
uniform float spores;  // 1 in 0..4 1/s: of those that wait at a flake, how many an onset bursts
uniform float onset;
uniform float level;
uniform float hour;
uniform float aspect;
uniform float dt;
uniform vec4 lots;

out vec4 color;

#include "lib/chance.glsl"
#include "scene/mycelium/awake.glsl"
#include "scene/mycelium/flakes.glsl"

vec2 ahead(float heading) {
    return vec2(cos(TURN * heading) / aspect, sin(TURN * heading));
}

float taste(vec2 at, float heading, vec3 liking) {
    vec3 found = texture(trail, at + reach * ahead(heading)).rgb;
    return dot(found / (FULL + found), liking);
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), room = textureSize(agents, 0);
    int index = cell.y * room.x + cell.x, kin = index % KINS, seed = kin * FLAKES / KINS + index / KINS % (FLAKES / KINS);
    int fruit = index - room.x * room.y + FLAKES;
    float heard = texelFetch(bands, ivec2((2 * (fruit < 0 ? seed : fruit) + 1) * 32 / FLAKES, 0), 0).r;
    if (fruit >= 0) {
        color = vec4(flake(fruit, hour, lots.x), heard, 0.0);
        return;
    }
    vec4 agent = texelFetch(agents, cell, 0);
    bool unborn = !(agent.w > 0.0 && agent == clamp(agent, 0.0, 1e4));
    uint salt = floatBitsToUint(unborn ? 0.0 : agent.w);
    vec4 lot = chance(uvec2(uint(index), salt + floatBitsToUint(lots.x)));
    if (unborn || lot.x < dt * (1.0 / AGED + spores * onset * onset * heard)) {
        vec4 more = chance(uvec2(uint(index) + 0x10000u, floatBitsToUint(lot.y)));
        vec2 place = flake(seed, hour, lots.x) + 0.03 * more.w * ahead(more.x);
        bool astray = unborn || lot.z > 0.35 + heard;
        color = vec4(fract(astray ? more.yz : place), more.x, astray ? 4.0 * FLIGHT : dt);
        return;
    }
    vec3 liking = vec3(-SHY);
    liking[kin] = 1.0;
    float left = taste(agent.xy, agent.z + spread, liking), right = taste(agent.xy, agent.z - spread, liking);
    float front = taste(agent.xy, agent.z, liking), turn = sign(left - right);
    turn = front > max(left, right) ? 0.0 : front < min(left, right) ? 2.0 * step(0.5, lot.z) - 1.0 : turn;
    float flying = exp(-agent.w / FLIGHT), lived = dt * awake(level);
    float heading = agent.z + lived * (NIMBLE * turn * (1.0 - flying) * (0.5 + lot.w) + WANDER * (lot.y - 0.5));
    vec2 place = agent.xy + pace * (lived + 1.8 * dt * flying) * ahead(heading);
    color = vec4(fract(place), fract(heading), min(agent.w + dt, 1e4));
}
