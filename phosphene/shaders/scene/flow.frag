#version 330 core
/*
about: ink in moving water; drums let it fall, the spectrum lets it seep in, and what sounds stirs it
passes:
  - {name: drops, size: [4, 1], precise: true, rate: 60}
  - {name: stroke, size: [64, 1], rate: 60}
  - {name: push, vertex: scene/flow/push.vert, size: [96, 54], rate: 30}
  - {name: first, fragment: scene/flow/pressure.frag, samplers: {before: third}, size: [96, 54], precise: true, rate: 30}
  - {name: second, fragment: scene/flow/pressure.frag, samplers: {before: first}, size: [96, 54], precise: true, rate: 30}
  - {name: third, fragment: scene/flow/pressure.frag, samplers: {before: second}, size: [96, 54], precise: true, rate: 30}
  - {name: current, size: [96, 54], rate: 30}
  - {name: dye, vertex: scene/flow/dye.vert, scale: 0.5, precise: true, rate: 60}
vertex: scene/flow/flow.vert
*/
const vec3 WEIGHT = vec3(0.8, 1.0, 1.2);  // of the inks, as what light meets


uniform sampler2D dye;
uniform float gloss;  // 1 in 0..2: of the silk

in vec2 uv;
flat in vec3 bed;
flat in mat3 shine;
flat in mat3 stain;
flat in float glow;
flat in float swell;
flat in float soft;
flat in float edge;
out vec4 color;

#include "scene/flow/water.glsl"

void main() {
    vec2 at = (uv - 0.5) / BEYOND + 0.5, aside = vec2(-0.3, 0.4) / vec2(textureSize(dye, 0));
    vec4 wind = texture(dye, at + aside), lee = texture(dye, at - aside), here = 0.5 * (wind + lee);
    vec3 ink = here.rgb, squared = ink * ink, full = squared * (squared + soft), body = full / (full + edge);
    float slope = 2.0 * dot(wind.rgb - lee.rgb, WEIGHT), young = 1.0 / (1.0 + 30.0 * here.a * here.a);
    float sheen = (1.0 + 0.5 * gloss * slope * inversesqrt(0.02 + slope * slope)) * (glow + swell * young);
    vec3 bright = sheen * body * (0.12 + squared);
    vec3 light = bed;
    light = light * (1.0 - body.r * stain[0]) + bright.r * shine[0];
    light = light * (1.0 - body.g * stain[1]) + bright.g * shine[1];
    light = light * (1.0 - body.b * stain[2]) + bright.b * shine[2];
    color = vec4(light, 1.0);
}
