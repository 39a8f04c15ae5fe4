#version 330 core
/*
about:  keeps light close to the scene that it was made of, in tone, colour and detail
vertex: show/stable/stable.vert
passes:
  - {name: small, scale: 0.25}
  - {name: pairs, scale: 0.51, precise: true}  # half, rounded up
  - {name: across, vertex: show/stable/bell.vert, scale: 0.51, precise: true}
  - {name: detail, vertex: show/stable/bell.vert, scale: 0.51}
  # what is true of a whole picture changes slowly
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
uniform float detail_strength;        // 0.18 in 0..1: detail of the scene that comes back
uniform float dither_strength;        // 0.05 in 0..0.2: 0.05 is a step of 8 bits
uniform float chroma_compress;        // 0.65 in 0..1: how much is taken of what is more colourful than the scene
uniform float fidelity_luma_anchor;   // 0.7 in 0..1: how far luma goes back to the scene's
uniform float fidelity_chroma_anchor; // 0.86 in 0..1: how far chroma does
uniform float max_luma_delta;         // 0.18 in 0.02..1: how far luma may be from the scene's
uniform float max_chroma_delta;       // 0.12 in 0.02..1: how far chroma may

in vec2 uv;
flat in vec3 gain;
flat in vec3 offset;
flat in float knee;
flat in float smoothness;
flat in vec2 ratio;
out vec4 color;

#include "lib/dither.glsl"
#include "lib/linear.glsl"
#include "lib/rgb.glsl"
#include "show/stable/seen.glsl"

vec3 stable(vec3 light, vec3 given, ivec2 pixel) {
    vec3 ycc = light * gain + offset;
    vec4 line = texture(lines, uv);
    ycc.yz += smoothness * (line.xy * (ycc.x - 0.5) + line.zw - ycc.yz);
    vec4 four = texelFetch(detail, pixel / 2, 0);
    vec2 two = (pixel.y & 1) == 0 ? four.rg : four.ba;
    ycc.x += detail_strength * ((pixel.x & 1) == 0 ? two.x : two.y);
    float grey = length(ycc.yz);
    ycc.yz *= 1.0 - chroma_compress * max(grey - knee, 0.0) / max(grey, 1e-6);
    ycc += vec3(fidelity_luma_anchor, vec2(fidelity_chroma_anchor)) * (given - ycc);
    vec3 most = vec3(max_luma_delta, vec2(max_chroma_delta));
    return clamp(ycc, given - most, given + most);
}

float grain() {
    float even = 2.0 * dither(gl_FragCoord.xy + 61.0) - 1.0;  // elsewhere in the tile than where the finish takes it
    return sign(even) * (1.0 - sqrt(1.0 - abs(even)));
}

void main() {
    vec3 light = finite(texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb), before = min(shown(light), 1.0);
    vec3 given = seen(texture(scene, uv).rgb);
    vec3 change = stable(ycc(before), given, ivec2(gl_FragCoord.xy * ratio)) - ycc(before);
    change.x += 20.0 / 255.0 * dither_strength * grain();
    vec3 after = clamp(before + rgb(change), 0.0, 1.0);
    vec3 made = -log(max(1.0 - linear(after), 1e-3));  // what is whiter than white is not: bloom comes before this
    color = vec4(mix(made, light, equal(after, before)), 1.0);
}
