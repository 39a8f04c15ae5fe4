/*
about:  the graded picture: lens, tone curve, film and grain applied to the light of a deck
use:    vec3 grade(vec2 uv), linear, 0..1
*/
uniform sampler2D picture;
uniform float aspect;
uniform float chroma_shift;  // 0 in -0.05..0.05 heights: shift of red outward and blue inward, in the corners
uniform float vignette;      // 0 in 0..1: darkening of the corners
uniform float tone;          // linear | filmlog | punch | pastel: the film curve
uniform float grain;         // 0 in 0..1: film grain, strongest between black and white

#include "lib/falloff.glsl"
#include "lib/film_curve.glsl"
#include "lib/finite.glsl"
#include "lib/chromatic_offset.glsl"
#include "lib/shoulder.glsl"
#include "lib/film_grain.glsl"

const float COARSE = 0.2;    // of the square root of light; three times the usual amount
const float SPECKS = 800.0;  // per height, at most one per pixel

vec3 optics(vec2 uv) {
    vec3 light = texture(picture, uv).rgb;
    if (chroma_shift != 0.0) {
        vec2 shift = chromatic_offset(uv, chroma_shift, aspect);
        light.r = texture(picture, uv - shift).r;
        light.b = texture(picture, uv + shift).b;
    }
    return finite(light) * (1.0 - vignette * falloff(uv));
}

vec3 grade(vec2 uv) {
    vec3 shown = shoulder(optics(uv));
    if (tone > 0.0 || grain > 0.0) {
        vec3 root = film_curve(sqrt(shown), tone);
        float specks = min(SPECKS, float(textureSize(picture, 0).y));
        root += 4.0 * COARSE * grain * film_grain(specks * uv * vec2(aspect, 1.0)) * root * (1.0 - root);
        shown = root * root;
    }
    return shown;
}
