/*
about:  a picture as it is to look: its light behind a lens and on a film, with a soft shoulder
use:    vec3 grade(vec2 uv), linear, 0..1
*/
uniform sampler2D picture;
uniform float aspect;
uniform float chroma_shift;  // 0 in -0.05..0.05 heights: that red lies outside in the corners, and blue inside
uniform float vignette;      // 0 in 0..1: how much darker the corners are
uniform float tone;          // linear | filmlog | punch | pastel: the film's curve
uniform float grain;         // 0 in 0..1: of the film, strongest between black and white

#include "lib/falloff.glsl"
#include "lib/film.glsl"
#include "lib/finite.glsl"
#include "lib/fringe.glsl"
#include "lib/shoulder.glsl"
#include "lib/silver.glsl"

const float COARSE = 0.2;    // of the root of light, three times what is usual
const float SPECKS = 800.0;  // in a height, unless pixels are fewer

vec3 lens(vec2 uv) {
    vec3 light = texture(picture, uv).rgb;
    if (chroma_shift != 0.0) {
        vec2 aside = fringe(uv, chroma_shift, aspect);
        light.r = texture(picture, uv - aside).r;
        light.b = texture(picture, uv + aside).b;
    }
    return finite(light) * (1.0 - vignette * falloff(uv));
}

vec3 grade(vec2 uv) {
    vec3 shown = shoulder(lens(uv));
    if (tone > 0.0 || grain > 0.0) {
        vec3 root = film(sqrt(shown), tone);
        float specks = min(SPECKS, float(textureSize(picture, 0).y));
        root += 4.0 * COARSE * grain * silver(specks * uv * vec2(aspect, 1.0)) * root * (1.0 - root);
        shown = root * root;
    }
    return shown;
}
