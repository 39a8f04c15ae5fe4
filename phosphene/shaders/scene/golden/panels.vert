#version 330 core
/*
about:  the regions, each a rectangle as large as its soft edges reach
reads:  leaves, cuts, life, chroma
writes: where in the picture, in heights; all that is the same in a region
*/
const float TURN = 6.2831853;
const float FAR = 9.0;  // heights: an edge of the picture is none
const vec3 TONES[5] = vec3[](
    vec3(0.34, 0.02, 0.05), vec3(0.015, 0.15, 0.16), vec3(0.85, 0.40, 0.05), vec3(0.02, 0.035, 0.15), vec3(0.92, 0.70, 0.46)
);
const vec3 GOLD = vec3(1.0, 0.6, 0.2), UMBER = vec3(0.09, 0.015, 0.01);

uniform sampler2D leaves;
uniform sampler2D cuts;
uniform sampler2D life;
uniform sampler2D chroma;
uniform float depth;    // 7 in 3..9: of the cuts: 3, 5, 8, 13, 21, 34 or 55 regions
uniform float feather;  // 0.02 in 0..0.06 heights: of the edges
uniform float hue;      // 0 in -0.5..0.5 turns: of its colours
uniform float onset;
uniform float travel;
uniform float minute;
uniform float aspect;
uniform vec4 lots;

out vec2 place;
flat out vec4 edges;   // left, below, right, above
flat out float soft;
flat out float name;   // 1 and more
flat out vec2 origin;
flat out vec2 size;
flat out vec3 kind;    // of its lines: arcs, folds, frames
flat out vec3 tone;
flat out vec3 ink;
flat out float sway;   // of the folds
flat out float still;  // 1 where no cut moves: its lines melt while they would flicker
flat out vec2 ring;    // that an onset sends through it: how far it is, how bright
flat out vec4 alive;    // how loud, how fine the lines, how far they have gone, how much light

#include "lib/golden.glsl"
#include "lib/turned.glsl"

float smallest(int count) {
    float least = 1.0;
    for (int n = 0; n < count; ++n) {
        vec2 side = texelFetch(leaves, ivec2(n, 0), 0).zw;
        least = min(least, min(side.x, side.y));
    }
    return least;
}

void main() {
    int count = FIBONACCI[int(depth + 0.5)];
    vec4 leaf = texelFetch(leaves, ivec2(gl_InstanceID, 0), 0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1), room = vec2(aspect, 1.0);
    soft = max(min(feather, smallest(count)), 1e-5);
    place = leaf.xy + corner * leaf.zw + (corner - 0.5) * soft;
    gl_Position = gl_InstanceID < count ? vec4(place / room * 2.0 - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 0.0, 1.0);
    edges = vec4(leaf.xy, leaf.xy + leaf.zw);
    edges = mix(edges, vec4(-FAR, -FAR, FAR, FAR), vec4(lessThan(abs(edges - vec4(0.0, 0.0, room)), vec4(1e-4))));
    name = float(gl_InstanceID + 1);
    size = leaf.zw;
    float part = (float(gl_InstanceID) + 0.5) / float(count), drawn = fract(name * 0.61803399 + lots.z);
    float heard = texelFetch(life, ivec2(gl_InstanceID, 0), 0).r, tuned = texelFetch(chroma, ivec2(gl_InstanceID % 12, 0), 0).r;
    kind = vec3(equal(ivec3(int(3.0 * drawn)), ivec3(0, 1, 2)));
    float turn = TURN * (minute * float(1 + gl_InstanceID % 3) + drawn);
    vec2 wander = 0.5 + 0.25 * vec2(cos(turn), sin(turn)), at = vec2((gl_InstanceID >> 1) & 1, gl_InstanceID & 1);
    origin = leaf.xy + leaf.zw * (kind.x > 0.0 ? at : wander);
    vec3 hide = TONES[(gl_InstanceID + int(5.0 * lots.w)) % 5];
    float pale = step(0.3, dot(hide, vec3(0.3, 0.6, 0.1)));
    tone = turned(mix(hide, GOLD, 0.3 * tuned * tuned * (1.0 - pale)), hue);
    ink = turned(mix(GOLD, UMBER, pale), hue);
    float fine = mix(9.0, 34.0, part), way = gl_InstanceID % 2 == 0 ? 1.0 : -1.0;
    alive = vec4(heard, fine, way * (travel * 12.0 + minute * 12.0) + drawn, heard * heard * heard);
    sway = turn;
    float moving = 0.0;
    for (int level = 0; level < LEVELS; ++level) {
        vec2 way = texelFetch(cuts, ivec2(level, 0), 0).xy;
        moving += abs(way.y - way.x);
    }
    still = 1.0 - clamp(3.0 * moving - 0.1, 0.0, 1.0);
    ring = vec2((1.0 - onset) * 1.2 * max(size.x, size.y), 1.2 * heard * onset * onset);
}
