#version 330 core
/*
about:  the sky from the horizon to the top: night, and the curtains in their folds
reads:  curtain
writes: rgba16f, linear
*/
const vec3 ZENITH = vec3(0.0016, 0.0030, 0.0095);
const vec3 DUSK = vec3(0.0075, 0.0150, 0.0260);

uniform sampler2D curtain;
uniform float glow;  // 1 in 0.3..3: light of the curtains
uniform float sway;  // 1 in 0..3: of their folds
uniform float minute;
uniform vec4 random;

in vec2 uv;
out vec4 color;

#include "lib/fast_sine.glsl"
#include "lib/catmull_rom.glsl"

void main() {
    float fold = 0.030 * fast_sine(1.1 * uv.x + 3.0 * minute + random.x);
    fold += 0.018 * fast_sine(2.7 * uv.x - 5.0 * minute + random.y);
    fold += uv.y * 0.045 * fast_sine(0.8 * uv.y + 1.6 * uv.x - 4.0 * minute + random.z);
    fold += uv.y * 0.020 * fast_sine(3.3 * uv.x + 7.0 * minute);
    float foot = 0.05 + 0.035 * fast_sine(1.4 * uv.x + 2.0 * minute + random.w);
    foot += 0.02 * fast_sine(3.9 * uv.x - 3.0 * minute);
    vec2 at = vec2(uv.x + sway * fold, (uv.y - foot) / (0.95 - foot));
    vec3 light = max(catmull_rom(curtain, vec2(at.x, max(at.y, 0.004))).rgb, 0.0);
    float ray = 0.8 + 0.2 * fast_sine(41.0 * at.x + 5.0 * minute) * fast_sine(17.0 * at.x - 9.0 * minute + uv.y);
    float edge = smoothstep(-0.05, 0.01, at.y) * (0.85 + 0.9 * exp(-12.0 * max(at.y, 0.0)));
    float veil = exp(-6.0 * max(-at.y, 0.0));
    vec3 haze = texture(curtain, vec2(0.5 + 0.8 * (uv.x - 0.5), 0.25)).rgb + texture(curtain, vec2(uv.x, 0.5)).rgb;
    vec3 night = mix(DUSK, ZENITH, sqrt(clamp(uv.y, 0.0, 1.0)));
    color = vec4(night + glow * (light * ray * edge * (1.0 - 0.6 * uv.y) + 0.10 * haze * (1.0 - uv.y) * veil), 1.0);
}
