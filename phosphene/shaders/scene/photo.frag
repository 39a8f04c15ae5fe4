#version 330 core
/*
about: a photo or a film with depth; its shadows follow the bass, its lights the treble, and onsets ripple it
passes:
  - {name: motion, size: [1, 1], precise: true}
  - {name: blurred, size: [64, 36], rate: 30}
*/
uniform sampler2D media;
uniform sampler2D motion;
uniform sampler2D blurred;
uniform float fit;     // cover | contain: fill the picture, or fit into it
uniform float deep;    // 0.5 in 0..1: depth: bright parts come forward
uniform float answer;  // 0.7 in 0..1: how strongly brightness follows the music
uniform float shove;   // 0.4 in 0..1: how far a kick moves it forward
uniform float ripple;  // 0.4 in 0..1: strength of the ripple at an onset
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

#include "scene/photo/fit_media.glsl"
#include "lib/inverse_shoulder.glsl"

void main() {
    vec4 view = texelFetch(motion, ivec2(0), 0);
    vec2 place = uv - 0.5, from_centre = place * vec2(aspect, 1.0);
    float radius = length(from_centre), ring = (radius - view.w) * 8.0, wave = exp(-ring * ring) * sqrt(onset);
    place *= (1.0 + ripple * 0.12 * ring * wave / (0.3 + radius)) / view.z;
    vec2 source = fit_media(place + view.xy, aspect / media_aspect, fit);
    vec4 surroundings = texture(blurred, source + 0.5);
    source += deep * (surroundings.a - 0.4) * (0.4 * view.xy - 0.12 * shove * kick * place);
    vec3 shown = texture(media, source + 0.5).rgb;
    float low = mix(bass, middle, smoothstep(0.05, 0.4, surroundings.a));
    float loudness = mix(low, treble, smoothstep(0.4, 0.8, surroundings.a));
    float gain = 0.4 + 1.4 * loudness + surroundings.a * (0.6 * kick + 1.5 * snare) + ripple * wave;
    vec3 light = inverse_shoulder(shown) * mix(1.0, gain, answer);
    vec2 outside = max(abs(source) - 0.5, 0.0) * vec2(textureSize(media, 0));
    color = vec4(mix(light, 0.12 * surroundings.rgb, min(outside.x + outside.y, 1.0)), 1.0);
}
