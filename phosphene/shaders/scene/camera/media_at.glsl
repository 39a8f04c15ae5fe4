/*
about:  the camera picture at a place of the output, black outside of it
use:    vec3 media_at(vec2 at), linear, 0..1; needs media, fit, side, aspect, media_aspect
*/
#include "scene/photo/fit_media.glsl"

vec3 media_at(vec2 at) {
    vec2 from = fit_media((at - 0.5) * vec2(2.0 * side - 1.0, 1.0), aspect / media_aspect, fit);
    return texture(media, from + 0.5).rgb * step(max(abs(from.x), abs(from.y)), 0.5);
}
