#version 330 core
/*
about:  the land, row behind row: the first row follows the current spectrum, moves back and leaves a copy
reads:  bands (0..1), land (this pass, one frame ago)
writes: height, 0..2, never 0; light of a drum, 0..1; loudness; progress of the first row to the next, 0..1
*/
const float TURN = 6.2831853;

uniform sampler2D bands;
uniform sampler2D land;
uniform float pace;    // 3 in 1..8 1/s: ridges per second
uniform float rough;   // 0.6 in 0..1: roughness of the ridges
uniform float kick;
uniform float snare;
uniform float minute;
uniform float dt;
uniform vec4 random;

in vec2 uv;
out vec4 color;

float ridge(float x, float turns, float phase) {
    float warped = x + 0.21 * sin(TURN * (0.31 * x - 5.0 * minute + phase));
    return 1.0 - abs(sin(TURN * (warped + turns * minute + phase)));
}

float ridges(float x) {
    float sum = 0.50 * ridge(1.1 * x, 4.0, random.x) + 0.28 * ridge(2.9 * x, -9.0, random.y);
    return sum + 0.14 * ridge(7.3 * x, 22.0, random.z) + 0.08 * ridge(17.9 * x, -41.0, random.w);
}

float band_at(float part) {
    float sum = 2.0 * texture(bands, vec2(part, 0.5)).r;
    return 0.25 * (sum + texture(bands, vec2(part - 0.03, 0.5)).r + texture(bands, vec2(part + 0.03, 0.5)).r);
}

vec4 new_row(float at) {
    float x = 2.0 * at - 1.0 + 0.10 * sin(TURN * (0.4 * at + 6.0 * minute + random.y)) - 0.3 * (random.x - 0.5);
    float side = min(abs(x), 1.0);
    float loudness = band_at(0.04 + 0.9 * (1.0 - pow(side, x < 0.0 ? 0.7 : 1.1)));
    float rock = ridges(x), base = (0.05 + 0.16 * side * side) * (0.4 + rock);
    float height = base + loudness * loudness * (0.3 + 0.7 * side) * mix(0.55, 1.25 * rock, rough);
    return vec4(height, max(0.7 * kick, snare), loudness, 0.0);
}

vec4 quiet_row(vec2 at) {
    float side = abs(2.0 * at.x - 1.0);
    return vec4((0.05 + 0.16 * side * side) * (0.4 + ridges(2.0 * at.x + at.y)), 0.0, 0.0, 0.0);
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    float progress = texelFetch(land, ivec2(0), 0).a;
    progress = (progress == progress ? clamp(progress, 0.0, 1.0) : 0.0) + dt * pace;
    int steps = int(progress);
    vec4 before = texelFetch(land, ivec2(here.x, max(here.y - steps, 0)), 0);
    before = before.r > 0.0 ? clamp(before, 0.0, 2.0) : quiet_row(uv);  // 0 and NaN mean that there is no row yet
    color = here.y < max(steps, 1) ? new_row(uv.x) : before;
    color.a = fract(progress);
}
