#version 330 core
/*
about:  the velocity, advected by itself, plus the forces of the sound
reads:  velocity (in heights per second, curl), stroke
writes: velocity, before pressure projection
*/
const float TURN = 6.2831853;
const float DRAG = 0.35;      // share of the speed lost per second
const float MAX_SPEED = 2.5;  // heights per second

uniform sampler2D velocity;
uniform sampler2D stroke;
uniform float stir;    // 1 in 0..3: strength of the sound's forces
uniform float eddies;  // 0.08 in 0..0.5: vorticity confinement: how long eddies keep turning
uniform float bass;
uniform float treble;
uniform float travel;
uniform float minute;
uniform float aspect;
uniform float dt;
uniform vec4 random;

in vec2 uv;
flat in vec3 kick_drop;
flat in vec3 snare_drop;
flat in float stereo_balance;
flat in vec2 direction;
out vec4 color;

#include "scene/flow/domain.glsl"

// Velocity of a stream function made of three crossing waves.
vec2 waves(vec2 at, float frequency, vec3 phase) {
    const vec2 ONE = vec2(0.32, 0.95), TWO = vec2(-0.98, 0.2), THREE = vec2(0.66, -0.75);
    vec3 slope = cos(frequency * vec3(dot(at, ONE), 1.3 * dot(at, TWO), 0.8 * dot(at, THREE)) + phase);
    vec2 up = slope.x * ONE + slope.y * TWO + slope.z * THREE;
    return vec2(up.y, -up.x);
}

// Points to the middle of the nearest eddy, scaled by its speed.
vec2 towards_vortex() {
    vec2 cell = 1.0 / vec2(textureSize(velocity, 0));
    float east = texture(velocity, uv + vec2(cell.x, 0.0)).b, west = texture(velocity, uv - vec2(cell.x, 0.0)).b;
    float north = texture(velocity, uv + vec2(0.0, cell.y)).b, south = texture(velocity, uv - vec2(0.0, cell.y)).b;
    vec2 direction = vec2(abs(east) - abs(west), abs(north) - abs(south));
    return direction / (length(direction) + 0.05) * texture(velocity, uv).b;
}

vec2 jet(vec2 at, vec3 drop, float spin) {
    vec2 distance = at - drop.xy, aim = normalize(vec2(-drop.y, drop.x) * spin - 0.7 * drop.xy + 1e-3);
    return 6.0 * drop.z * drop.z * aim * exp2(-400.0 * dot(distance, distance));
}

void main() {
    vec2 extent = DOMAIN * vec2(aspect, 1.0), at = (uv - 0.5) * extent;
    vec2 flow = texture(velocity, uv - dt * texture(velocity, uv).rg / extent).rg;
    vec2 vortex = towards_vortex();
    flow += 0.5 * dt * eddies * vec2(vortex.y, -vortex.x);
    vec2 force = 0.4 * bass * bass * waves(at, 4.0, TURN * (random.zwy + travel * vec3(1.0, -1.0, 2.0)));
    force += 0.8 * treble * treble * waves(at, 21.0, TURN * (random.wxz + minute * vec3(31.0, -43.0, 37.0)));
    vec2 across = normalize(vec2(-direction.y, direction.x));
    vec3 stroke_here = texture(stroke, vec2(clamp(0.5 + dot(at, direction), 0.0, 1.0), 0.5)).rgb;
    float offset = dot(at, across) - stroke_here.r;
    force += 2.6 * across * stroke_here.b * exp2(-625.0 * offset * offset);
    force += jet(at, kick_drop, 1.0) + jet(at, snare_drop, -1.0);
    force.x += stereo_balance * cos(3.0 * at.y);
    force = stir * force + 0.05 * waves(at, 3.0, TURN * (random.xyz + minute * vec3(2.0, -3.0, 1.0)));
    flow = (flow + dt * force) * exp(-DRAG * dt);
    flow *= min(1.0, MAX_SPEED / (length(flow) + 1e-4));
    flow *= smoothstep(0.0, 0.03, uv) * smoothstep(0.0, 0.03, 1.0 - uv);
    color = vec4(mix(vec2(0.0), flow, equal(flow, flow)), 0.0, 1.0);
}
