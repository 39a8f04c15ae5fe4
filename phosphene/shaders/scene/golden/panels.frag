#version 330 core
/*
about:  what fills a region: a glow, and lines that move
reads:  what is the same in it
writes: its light, as much of it as is the region's here; and so much of its name
*/
uniform float lines;  // 1 in 0..2: how bright they are

in vec2 place;
flat in vec4 edges;
flat in float soft;
flat in float name;
flat in vec2 origin;
flat in vec2 size;
flat in vec3 kind;
flat in vec3 tone;
flat in vec3 ink;
flat in float sway;
flat in float still;
flat in vec2 ring;
flat in vec4 alive;
out vec4 color;

void main() {
    vec4 inside = clamp(vec4(place - edges.xy, edges.zw - place) / soft + 0.5, 0.0, 1.0);
    inside *= inside * (3.0 - 2.0 * inside);
    float share = inside.x * inside.y * inside.z * inside.w;
    vec2 off = place - origin, part = abs(off) / size;
    float least = min(size.x, size.y), round = length(off);
    float fold = off.x * 0.8 + off.y * 0.6 + 0.06 * sin(9.0 * (off.y - off.x) + sway);
    float field = dot(kind, vec3(round, fold, least * max(part.x, part.y)));
    float fine = alive.y * field - alive.z, steep = alive.y * 1.5 * abs(dFdy(place.y));
    float line = clamp((0.06 + 0.08 * alive.x - abs(fract(fine) - 0.5)) / steep + 0.5, 0.0, 1.0);
    float hatch = clamp((0.12 - abs(fract(4.0 * fine) - 0.5)) / (4.0 * steep) + 0.5, 0.0, 1.0);
    float shade = 1.0 / (1.0 + 5.0 * round * round / (least * least)), struck = field - ring.x;
    vec3 light = mix(0.25 * tone * tone, tone * (0.2 + 1.5 * shade), alive.w);
    light *= 1.0 - 0.3 * still * hatch;
    light = mix(light, ink * (0.1 + 1.5 * alive.w), lines * still * line * (0.5 + 0.4 * alive.x));
    light += ring.y * (light + 0.1 * ink) / (1.0 + 2000.0 * struck * struck);
    vec2 rim = min(place - edges.xy, edges.zw - place) / 0.012;
    light *= 0.5 + 0.5 * min(clamp(rim.x, 0.0, 1.0), clamp(rim.y, 0.0, 1.0));
    color = vec4(light * share, name * share);
}
