#version 330 core
/*
about:  the regions, each a rectangle extended by its soft edges
reads:  leaves, cuts, energy, chroma
writes: position in the picture, in heights; and all values that are the same in a region
*/
const float TURN = 6.2831853;
const float OUTSIDE = 9.0;  // in heights; edges of the picture are moved there and stay sharp
const vec3 TONES[5] = vec3[](
    vec3(0.34, 0.02, 0.05), vec3(0.015, 0.15, 0.16), vec3(0.85, 0.40, 0.05),
    vec3(0.02, 0.035, 0.15), vec3(0.92, 0.70, 0.46)
);
const vec3 GOLD = vec3(1.0, 0.6, 0.2), UMBER = vec3(0.09, 0.015, 0.01);

uniform sampler2D leaves;
uniform sampler2D cuts;
uniform sampler2D energy;
uniform sampler2D chroma;
uniform float depth;    // 7 in 3..9: depth of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float feather;  // 0.02 in 0..0.06 heights: softness of the edges
uniform float hue;      // 0 in -0.5..0.5 turns: of all colours
uniform float onset;
uniform float travel;
uniform float minute;
uniform float aspect;
uniform vec4 random;

out vec2 place;
flat out vec4 edges;    // left, bottom, right, top
flat out float soft;
flat out float number;  // number of the region, from 1
flat out vec2 origin;
flat out vec2 size;
flat out vec3 kind;     // shape of its lines: arcs, folds or frames
flat out vec3 tone;
flat out vec3 ink;
flat out float sway;    // phase of the folds
flat out float still;   // 1 while no cut moves; lines fade out while they would flicker
flat out vec2 ring;     // sent out by an onset: its radius and brightness
flat out vec4 motion;   // loudness, frequency and phase of the lines, light

#include "lib/golden_section.glsl"
#include "lib/rotate_hue.glsl"

float smallest_side(int count) {
    float smallest = 1.0;
    for (int n = 0; n < count; ++n) {
        vec2 size_of = texelFetch(leaves, ivec2(n, 0), 0).zw;
        smallest = min(smallest, min(size_of.x, size_of.y));
    }
    return smallest;
}

void main() {
    int count = FIBONACCI[int(depth + 0.5)];
    vec4 leaf = texelFetch(leaves, ivec2(gl_InstanceID, 0), 0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1), picture_size = vec2(aspect, 1.0);
    soft = max(min(feather, smallest_side(count)), 1e-5);
    place = leaf.xy + corner * leaf.zw + (corner - 0.5) * soft;
    gl_Position = gl_InstanceID < count ? vec4(place / picture_size * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 0.0, 1.0);
    edges = vec4(leaf.xy, leaf.xy + leaf.zw);
    edges = mix(edges, vec4(-OUTSIDE, -OUTSIDE, OUTSIDE, OUTSIDE),
        vec4(lessThan(abs(edges - vec4(0.0, 0.0, picture_size)), vec4(1e-4))));
    number = float(gl_InstanceID + 1);
    size = leaf.zw;
    float part = (float(gl_InstanceID) + 0.5) / float(count), random_value = fract(number * 0.61803399 + random.z);
    float loudness = texelFetch(energy, ivec2(gl_InstanceID, 0), 0).r,
        tone_level = texelFetch(chroma, ivec2(gl_InstanceID % 12, 0), 0).r;
    kind = vec3(equal(ivec3(int(3.0 * random_value)), ivec3(0, 1, 2)));
    float turn = TURN * (minute * float(1 + gl_InstanceID % 3) + random_value);
    vec2 drift = 0.5 + 0.25 * vec2(cos(turn), sin(turn)), side = vec2((gl_InstanceID >> 1) & 1, gl_InstanceID & 1);
    origin = leaf.xy + leaf.zw * (kind.x > 0.0 ? side : drift);
    vec3 base = TONES[(gl_InstanceID + int(5.0 * random.w)) % 5];
    float is_pale = step(0.3, dot(base, vec3(0.3, 0.6, 0.1)));
    tone = rotate_hue(mix(base, GOLD, 0.3 * tone_level * tone_level * (1.0 - is_pale)), hue);
    ink = rotate_hue(mix(GOLD, UMBER, is_pale), hue);
    float frequency = mix(9.0, 34.0, part), direction = gl_InstanceID % 2 == 0 ? 1.0 : -1.0;
    motion = vec4(loudness, frequency, direction * (travel * 12.0 + minute * 12.0) + random_value,
        loudness * loudness * loudness);
    sway = turn;
    float total = 0.0;
    for (int level = 0; level < LEVELS; ++level) {
        vec2 direction = texelFetch(cuts, ivec2(level, 0), 0).xy;
        total += abs(direction.y - direction.x);
    }
    still = 1.0 - clamp(3.0 * total - 0.1, 0.0, 1.0);
    ring = vec2((1.0 - onset) * 1.2 * max(size.x, size.y), 1.2 * loudness * onset * onset);
}
