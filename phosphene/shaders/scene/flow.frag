#version 330 core
/*
about: ink in moving water; drums drop it, the spectrum lets it seep in, and the sound stirs the water
passes:
  - {name: drops, size: [4, 1], precise: true, rate: 60}
  - {name: stroke, size: [64, 1], rate: 60}
  - {name: forces, vertex: scene/flow/forces.vert, size: [96, 54], rate: 30}
  - {name: pressure_1, fragment: scene/flow/pressure.frag, samplers: {before: pressure_3},
     size: [96, 54], precise: true, rate: 30}
  - {name: pressure_2, fragment: scene/flow/pressure.frag, samplers: {before: pressure_1},
     size: [96, 54], precise: true, rate: 30}
  - {name: pressure_3, fragment: scene/flow/pressure.frag, samplers: {before: pressure_2},
     size: [96, 54], precise: true, rate: 30}
  - {name: velocity, size: [96, 54], rate: 30}
  - {name: dye, vertex: scene/flow/dye.vert, scale: 0.5, precise: true, rate: 60}
vertex: scene/flow/flow.vert
*/
const vec3 WEIGHT = vec3(0.8, 1.0, 1.2);  // of the inks in the surface that reflects light


uniform sampler2D dye;
uniform float gloss;  // 1 in 0..2: of the silky surface

in vec2 uv;
flat in vec3 bed;
flat in mat3 shine;
flat in mat3 stain;
flat in float glow;
flat in float fresh_gain;
flat in float soft;
flat in float edge;
out vec4 color;

#include "scene/flow/domain.glsl"

void main() {
    vec2 at = (uv - 0.5) / DOMAIN + 0.5, aside = vec2(-0.3, 0.4) / vec2(textureSize(dye, 0));
    vec4 lit_side = texture(dye, at + aside), far_side = texture(dye, at - aside), here = 0.5 * (lit_side + far_side);
    vec3 ink = here.rgb, squared = ink * ink, amount = squared * (squared + soft), coverage = amount / (amount + edge);
    float slope = 2.0 * dot(lit_side.rgb - far_side.rgb, WEIGHT), freshness = 1.0 / (1.0 + 30.0 * here.a * here.a);
    float sheen = (1.0 + 0.5 * gloss * slope * inversesqrt(0.02 + slope * slope)) * (glow + fresh_gain * freshness);
    vec3 bright = sheen * coverage * (0.12 + squared);
    vec3 light = bed;
    light = light * (1.0 - coverage.r * stain[0]) + bright.r * shine[0];
    light = light * (1.0 - coverage.g * stain[1]) + bright.g * shine[1];
    light = light * (1.0 - coverage.b * stain[2]) + bright.b * shine[2];
    color = vec4(light, 1.0);
}
