#version 330 core
/*
about: a photo or a film, in depth; its shadows answer to the bass, its lights to the treble, onsets ripple it
passes:
  - {name: motion, size: [1, 1], precise: true}
  - {name: soft, size: [64, 36], rate: 30}
*/
uniform sampler2D media;
uniform sampler2D motion;
uniform sampler2D soft;
uniform float fit;     // cover | contain: the picture, or stand in it whole
uniform float deep;    // 0.5 in 0..1: what is bright comes forward
uniform float answer;  // 0.7 in 0..1: of its brightness to the music
uniform float shove;   // 0.4 in 0..1: by which a kick throws it at you
uniform float ripple;  // 0.4 in 0..1: that an onset sends outward
uniform float bass;
uniform float middle;
uniform float treble;
uniform float onset;
uniform float kick;
uniform float snare;
uniform float aspect;
uniform float media_aspect;

in vec2 uv;
out vec4 color;

#include "scene/photo/framing.glsl"
#include "lib/unshoulder.glsl"

void main() {
    vec4 eye = texelFetch(motion, ivec2(0), 0);
    vec2 at = uv - 0.5, from_centre = at * vec2(aspect, 1.0);
    float apart = length(from_centre), ring = (apart - eye.w) * 8.0, crest = exp(-ring * ring) * sqrt(onset);
    at *= (1.0 + ripple * 0.12 * ring * crest / (0.3 + apart)) / eye.z;
    vec2 from = framing(at + eye.xy, aspect / media_aspect, fit);
    vec4 there = texture(soft, from + 0.5);
    from += deep * (there.a - 0.4) * (0.4 * eye.xy - 0.12 * shove * kick * at);
    vec3 shown = texture(media, from + 0.5).rgb;
    float heard = mix(mix(bass, middle, smoothstep(0.05, 0.4, there.a)), treble, smoothstep(0.4, 0.8, there.a));
    float lit = 0.4 + 1.4 * heard + there.a * (0.6 * kick + 1.5 * snare) + ripple * crest;
    vec3 light = unshoulder(shown) * mix(1.0, lit, answer);
    vec2 over = max(abs(from) - 0.5, 0.0) * vec2(textureSize(media, 0));
    color = vec4(mix(light, 0.12 * there.rgb, min(over.x + over.y, 1.0)), 1.0);
}
