#version 330 core
/*
about:  the land, row behind row: the spectrum of now in the first, which moves on and leaves a copy behind
reads:  bands (0..1), land (this pass, one frame ago)
writes: height, 0..2, never 0; what a drum lit, 0..1; how loud it was there; how far the first row is on its way, 0..1
*/
const float TURN = 6.2831853;

uniform sampler2D bands;
uniform sampler2D land;
uniform float pace;    // 3 in 1..8 1/s: ridges of the land
uniform float rough;   // 0.6 in 0..1: of the ridges
uniform float kick;
uniform float snare;
uniform float minute;
uniform float dt;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

float crag(float x, float turns, float lot) {
    float bent = x + 0.21 * sin(TURN * (0.31 * x - 5.0 * minute + lot));
    return 1.0 - abs(sin(TURN * (bent + turns * minute + lot)));
}

float ridges(float x) {
    float sum = 0.50 * crag(1.1 * x, 4.0, lots.x) + 0.28 * crag(2.9 * x, -9.0, lots.y);
    return sum + 0.14 * crag(7.3 * x, 22.0, lots.z) + 0.08 * crag(17.9 * x, -41.0, lots.w);
}

float heard(float part) {
    float sum = 2.0 * texture(bands, vec2(part, 0.5)).r;
    return 0.25 * (sum + texture(bands, vec2(part - 0.03, 0.5)).r + texture(bands, vec2(part + 0.03, 0.5)).r);
}

vec4 now(float at) {
    float x = 2.0 * at - 1.0 + 0.10 * sin(TURN * (0.4 * at + 6.0 * minute + lots.y)) - 0.3 * (lots.x - 0.5);
    float side = min(abs(x), 1.0);
    float loud = heard(0.04 + 0.9 * (1.0 - pow(side, x < 0.0 ? 0.7 : 1.1)));
    float rock = ridges(x), rest = (0.05 + 0.16 * side * side) * (0.4 + rock);
    float height = rest + loud * loud * (0.3 + 0.7 * side) * mix(0.55, 1.25 * rock, rough);
    return vec4(height, max(0.7 * kick, snare), loud, 0.0);
}

vec4 unheard(vec2 at) {
    float side = abs(2.0 * at.x - 1.0);
    return vec4((0.05 + 0.16 * side * side) * (0.4 + ridges(2.0 * at.x + at.y)), 0.0, 0.0, 0.0);
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    float way = texelFetch(land, ivec2(0), 0).a;
    way = (way == way ? clamp(way, 0.0, 1.0) : 0.0) + dt * pace;
    int steps = int(way);
    vec4 before = texelFetch(land, ivec2(here.x, max(here.y - steps, 0)), 0);
    before = before.r > 0.0 ? clamp(before, 0.0, 2.0) : unheard(uv);  // nor is it where it was no number
    color = here.y < max(steps, 1) ? now(uv.x) : before;
    color.a = fract(way);
}
