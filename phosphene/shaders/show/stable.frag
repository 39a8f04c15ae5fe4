#version 330 core
/*
about:  keeps the picture close to its scene in tone, colour and detail
vertex: show/stable/stable.vert
passes:
  - {name: quarter, scale: 0.25}
  - {name: quads, scale: 0.51, precise: true}  # half, rounded up
  - {name: blur_x, vertex: show/stable/gaussian.vert, scale: 0.51, precise: true}
  - {name: detail, vertex: show/stable/gaussian.vert, scale: 0.51}
  # statistics of a whole picture change slowly
  - {name: light_blocks, fragment: show/stable/blocks.frag, scale: 0.25, precise: true, rate: 10}
  - {name: light_sums, fragment: show/stable/sums.frag, samplers: {blocks: light_blocks},
     size: [128, 4], precise: true, rate: 10}
  - {name: scene_blocks, fragment: show/stable/blocks.frag, samplers: {picture: scene},
     scale: 0.25, precise: true, rate: 10}
  - {name: scene_sums, fragment: show/stable/sums.frag, samplers: {blocks: scene_blocks},
     size: [128, 4], precise: true, rate: 10}
  - {name: coarse, size: [129, 4], precise: true, rate: 10}
  - {name: fine, vertex: show/stable/fine.vert, samplers: {counts: coarse}, size: [129, 4], precise: true, rate: 10}
  - {name: finer, fragment: show/stable/fine.frag, vertex: show/stable/fine.vert, samplers: {counts: fine},
     size: [129, 4], precise: true, rate: 10}
  - {name: finest, fragment: show/stable/fine.frag, vertex: show/stable/fine.vert, samplers: {counts: finer},
     size: [129, 4], precise: true, rate: 10}
  - {name: statistics, samplers: {counts: finest}, size: [5, 1], precise: true}
  - {name: fit, vertex: show/stable/fit.vert, scale: 0.25}
  - {name: lines, vertex: show/stable/lines.vert, scale: 0.25}
*/
uniform sampler2D picture;
uniform sampler2D scene;
uniform sampler2D lines;
uniform sampler2D detail;
uniform float detail_strength;        // 0.18 in 0..1: share of the scene's detail that is restored
uniform float dither_strength;        // 0.05 in 0..0.2: amount of dither; 0.05 is one 8-bit step
uniform float chroma_compress;        // 0.65 in 0..1: compression of chroma beyond the scene's
uniform float fidelity_luma_anchor;   // 0.7 in 0..1: pull of luma towards the scene
uniform float fidelity_chroma_anchor; // 0.86 in 0..1: pull of chroma towards the scene
uniform float max_luma_delta;         // 0.18 in 0.02..1: largest difference of luma from the scene
uniform float max_chroma_delta;       // 0.12 in 0.02..1: largest difference of chroma from the scene

in vec2 uv;
flat in vec3 gain;
flat in vec3 offset;
flat in float knee;
flat in float smoothness;
flat in vec2 ratio;
out vec4 color;

#include "lib/dither.glsl"
#include "lib/srgb_decode.glsl"
#include "lib/ycc_to_rgb.glsl"
#include "show/stable/display_ycc.glsl"

vec3 stable(vec3 light, vec3 source, ivec2 pixel) {
    vec3 ycc = light * gain + offset;
    vec4 line = texture(lines, uv);
    ycc.yz += smoothness * (line.xy * (ycc.x - 0.5) + line.zw - ycc.yz);
    vec4 quad = texelFetch(detail, pixel / 2, 0);
    vec2 row = (pixel.y & 1) == 0 ? quad.rg : quad.ba;
    ycc.x += detail_strength * ((pixel.x & 1) == 0 ? row.x : row.y);
    float grey = length(ycc.yz);
    ycc.yz *= 1.0 - chroma_compress * max(grey - knee, 0.0) / max(grey, 1e-6);
    ycc += vec3(fidelity_luma_anchor, vec2(fidelity_chroma_anchor)) * (source - ycc);
    vec3 limit = vec3(max_luma_delta, vec2(max_chroma_delta));
    return clamp(ycc, source - limit, source + limit);
}

float grain() {
    float uniform_noise = 2.0 * dither(gl_FragCoord.xy + 61.0) - 1.0;  // another part of the tile than the finish uses
    return sign(uniform_noise) * (1.0 - sqrt(1.0 - abs(uniform_noise)));
}

void main() {
    vec3 light = finite(texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb), before = min(display_rgb(light), 1.0);
    vec3 source = display_ycc(texture(scene, uv).rgb);
    vec3 change = stable(rgb_to_ycc(before), source, ivec2(gl_FragCoord.xy * ratio)) - rgb_to_ycc(before);
    change.x += 20.0 / 255.0 * dither_strength * grain();
    vec3 after = clamp(before + ycc_to_rgb(change), 0.0, 1.0);
    // light beyond white is cut off, so bloom belongs before this pass
    vec3 result = -log(max(1.0 - srgb_decode(after), 1e-3));
    color = vec4(mix(result, light, equal(after, before)), 1.0);
}
