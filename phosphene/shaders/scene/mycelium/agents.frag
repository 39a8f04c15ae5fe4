#version 330 core
/*
about:  the agents at the tips of the threads (Physarum): each senses the trail ahead, turns to its own species, and
        moves on. An onset releases spores from the flakes that sound. The last texels are the flakes themselves
reads:  agents (this pass, one step ago), trail, bands
writes: position 0..1, heading in turns, and age in seconds; for a flake: position and loudness
*/
const float TURN = 6.2831853;
const float MAX_TURN = 3.5;    // turns per second
const float WANDER = 0.3;      // turns per second
const float FLIGHT = 0.35;     // seconds in which a spore slows down
const float LIFETIME = 25.0;   // mean lifetime in seconds, so that no network is permanent
const float AVERSION = 0.4;    // weight of other species, against 1 for the own
const float SATURATION = 0.6;  // amount of trail beyond which more makes little difference

uniform sampler2D agents;
uniform sampler2D trail;
uniform sampler2D bands;
uniform float reach;   // 0.022 in 0.01..0.1 heights: distance at which an agent senses
uniform float spread;  // 0.08 in 0.03..0.2 turns: angle of the side sensors
uniform float pace;    // 0.15 in 0.03..0.4 1/s: speed of growth, in heights per second
uniform float spores;  // 1 in 0..4 1/s: rate at which an onset turns agents of a sounding flake into spores
uniform float onset;
uniform float level;
uniform float hour;
uniform float aspect;
uniform float dt;
uniform vec4 random;

out vec4 color;

#include "lib/random4.glsl"
#include "scene/mycelium/activity.glsl"
#include "scene/mycelium/flakes.glsl"

vec2 towards(float heading) {
    return vec2(cos(TURN * heading) / aspect, sin(TURN * heading));
}

float sense(vec2 at, float heading, vec3 preference) {
    vec3 found = texture(trail, at + reach * towards(heading)).rgb;
    return dot(found / (SATURATION + found), preference);
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), room = textureSize(agents, 0);
    int index = cell.y * room.x + cell.x, species = index % SPECIES,
        seed = species * FLAKES / SPECIES + index / SPECIES % (FLAKES / SPECIES);
    int flake_index = index - room.x * room.y + FLAKES;
    float loudness = texelFetch(bands, ivec2((2 * (flake_index < 0 ? seed : flake_index) + 1) * 32 / FLAKES, 0), 0).r;
    if (flake_index >= 0) {
        color = vec4(flake(flake_index, hour, random.x), loudness, 0.0);
        return;
    }
    vec4 agent = texelFetch(agents, cell, 0);
    bool invalid = !(agent.w > 0.0 && agent == clamp(agent, 0.0, 1e4));
    uint salt = floatBitsToUint(invalid ? 0.0 : agent.w);
    vec4 chance = random4(uvec2(uint(index), salt + floatBitsToUint(random.x)));
    if (invalid || chance.x < dt * (1.0 / LIFETIME + spores * onset * onset * loudness)) {
        vec4 second = random4(uvec2(uint(index) + 0x10000u, floatBitsToUint(chance.y)));
        vec2 place = flake(seed, hour, random.x) + 0.03 * second.w * towards(second.x);
        bool anywhere = invalid || chance.z > 0.35 + loudness;
        color = vec4(fract(anywhere ? second.yz : place), second.x, anywhere ? 4.0 * FLIGHT : dt);
        return;
    }
    vec3 preference = vec3(-AVERSION);
    preference[species] = 1.0;
    float left = sense(agent.xy, agent.z + spread, preference), right = sense(agent.xy, agent.z - spread, preference);
    float front = sense(agent.xy, agent.z, preference), turn = sign(left - right);
    turn = front > max(left, right) ? 0.0 : front < min(left, right) ? 2.0 * step(0.5, chance.z) - 1.0 : turn;
    float flight = exp(-agent.w / FLIGHT), step_time = dt * activity(level);
    float heading = agent.z + step_time * (MAX_TURN * turn * (1.0 - flight) * (0.5 + chance.w)
        + WANDER * (chance.y - 0.5));
    vec2 place = agent.xy + pace * (step_time + 1.8 * dt * flight) * towards(heading);
    color = vec4(fract(place), fract(heading), min(agent.w + dt, 1e4));
}
