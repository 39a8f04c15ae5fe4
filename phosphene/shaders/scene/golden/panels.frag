#version 330 core
/*
about:  the fill of a region: a glow, and moving lines
writes: light, weighted by the region's coverage of the pixel; and the region's number, weighted alike
*/
uniform float lines;  // 1 in 0..2: brightness of the lines

in vec2 place;
flat in vec4 edges;
flat in float soft;
flat in float number;
flat in vec2 origin;
flat in vec2 size;
flat in vec3 kind;
flat in vec3 tone;
flat in vec3 ink;
flat in float sway;
flat in float still;
flat in vec2 ring;
flat in vec4 motion;
out vec4 color;

void main() {
    vec4 inside = clamp(vec4(place - edges.xy, edges.zw - place) / soft + 0.5, 0.0, 1.0);
    inside *= inside * (3.0 - 2.0 * inside);
    float share = inside.x * inside.y * inside.z * inside.w;
    vec2 offset = place - origin, part = abs(offset) / size;
    float shorter = min(size.x, size.y), radius = length(offset);
    float fold = offset.x * 0.8 + offset.y * 0.6 + 0.06 * sin(9.0 * (offset.y - offset.x) + sway);
    float field = dot(kind, vec3(radius, fold, shorter * max(part.x, part.y)));
    float phase = motion.y * field - motion.z, phase_width = motion.y * 1.5 * abs(dFdy(place.y));
    float line = clamp((0.06 + 0.08 * motion.x - abs(fract(phase) - 0.5)) / phase_width + 0.5, 0.0, 1.0);
    float hatch = clamp((0.12 - abs(fract(4.0 * phase) - 0.5)) / (4.0 * phase_width) + 0.5, 0.0, 1.0);
    float shade = 1.0 / (1.0 + 5.0 * radius * radius / (shorter * shorter)), from_ring = field - ring.x;
    vec3 light = mix(0.25 * tone * tone, tone * (0.2 + 1.5 * shade), motion.w);
    light *= 1.0 - 0.3 * still * hatch;
    light = mix(light, ink * (0.1 + 1.5 * motion.w), lines * still * line * (0.5 + 0.4 * motion.x));
    light += ring.y * (light + 0.1 * ink) / (1.0 + 2000.0 * from_ring * from_ring);
    vec2 rim = min(place - edges.xy, edges.zw - place) / 0.012;
    light *= 0.5 + 0.5 * min(clamp(rim.x, 0.0, 1.0), clamp(rim.y, 0.0, 1.0));
    color = vec4(light * share, number * share);
}
