#version 330 core
/*
about:  the water's motion, carried along by itself, and what the sound does to it
reads:  current (velocity in heights a second, curl), stroke
writes: velocity, before the water keeps its volume
*/
const float TURN = 6.2831853;
const float DRAG = 0.35;    // of the speed, a second
const float FASTEST = 2.5;  // heights a second

uniform sampler2D current;
uniform sampler2D stroke;
uniform float stir;    // 1 in 0..3: how much the sound moves it
uniform float eddies;  // 0.08 in 0..0.5: how much they turn on
uniform float bass;
uniform float treble;
uniform float travel;
uniform float minute;
uniform float aspect;
uniform float dt;
uniform vec4 lots;

in vec2 uv;
flat in vec3 kicked;
flat in vec3 snared;
flat in float right;
flat in vec2 toward;
out vec4 color;

#include "scene/flow/water.glsl"

// Of a stream whose height is three waves that cross.
vec2 waves(vec2 at, float fine, vec3 phase) {
    const vec2 ONE = vec2(0.32, 0.95), TWO = vec2(-0.98, 0.2), THREE = vec2(0.66, -0.75);
    vec3 slope = cos(fine * vec3(dot(at, ONE), 1.3 * dot(at, TWO), 0.8 * dot(at, THREE)) + phase);
    vec2 up = slope.x * ONE + slope.y * TWO + slope.z * THREE;
    return vec2(up.y, -up.x);
}

// Toward the middle of an eddy, as long as the eddy is fast.
vec2 inward() {
    vec2 cell = 1.0 / vec2(textureSize(current, 0));
    float east = texture(current, uv + vec2(cell.x, 0.0)).b, west = texture(current, uv - vec2(cell.x, 0.0)).b;
    float north = texture(current, uv + vec2(0.0, cell.y)).b, south = texture(current, uv - vec2(0.0, cell.y)).b;
    vec2 toward = vec2(abs(east) - abs(west), abs(north) - abs(south));
    return toward / (length(toward) + 0.05) * texture(current, uv).b;
}

vec2 jet(vec2 at, vec3 drop, float spin) {
    vec2 far = at - drop.xy, way = normalize(vec2(-drop.y, drop.x) * spin - 0.7 * drop.xy + 1e-3);
    return 6.0 * drop.z * drop.z * way * exp2(-400.0 * dot(far, far));
}

void main() {
    vec2 room = BEYOND * vec2(aspect, 1.0), at = (uv - 0.5) * room;
    vec2 velocity = texture(current, uv - dt * texture(current, uv).rg / room).rg;
    vec2 middle = inward();
    velocity += 0.5 * dt * eddies * vec2(middle.y, -middle.x);
    vec2 force = 0.4 * bass * bass * waves(at, 4.0, TURN * (lots.zwy + travel * vec3(1.0, -1.0, 2.0)));
    force += 0.8 * treble * treble * waves(at, 21.0, TURN * (lots.wxz + minute * vec3(31.0, -43.0, 37.0)));
    vec2 beside = normalize(vec2(-toward.y, toward.x));
    vec3 near = texture(stroke, vec2(clamp(0.5 + dot(at, toward), 0.0, 1.0), 0.5)).rgb;
    float off = dot(at, beside) - near.r;
    force += 2.6 * beside * near.b * exp2(-625.0 * off * off);
    force += jet(at, kicked, 1.0) + jet(at, snared, -1.0);
    force.x += right * cos(3.0 * at.y);
    force = stir * force + 0.05 * waves(at, 3.0, TURN * (lots.xyz + minute * vec3(2.0, -3.0, 1.0)));
    velocity = (velocity + dt * force) * exp(-DRAG * dt);
    velocity *= min(1.0, FASTEST / (length(velocity) + 1e-4));
    velocity *= smoothstep(0.0, 0.03, uv) * smoothstep(0.0, 0.03, 1.0 - uv);
    color = vec4(mix(vec2(0.0), velocity, equal(velocity, velocity)), 0.0, 1.0);
}
