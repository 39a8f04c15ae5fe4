/*
about:  four pixels in one, blurred along an axis by a Gaussian; what lies beyond the edges has no weight
use:    vec4 bell(sampler2D fours, ivec2 axis, ivec2 size), where r and g, b and a are neighbours along the axis;
        before it, vec4 luma(sampler2D fours, ivec2 at) tells what to blur; size is the picture's, in pixels
*/
uniform float detail_radius;  // 1.2 in 0..4 px: at 360 lines; a detail is what a Gaussian so wide takes away

vec4 bell(sampler2D fours, ivec2 axis, ivec2 size) {
    ivec2 here = ivec2(gl_FragCoord.xy), last = textureSize(fours, 0) - 1;
    int place = here.x * axis.x + here.y * axis.y, side = size.x * axis.x + size.y * axis.y;
    float wide = detail_radius * float(size.y) / 360.0;
    float next = exp(-0.5 / max(wide * wide, 1e-6)), squared = next * next, fall = next * squared;
    vec2 one = vec2(1.0, next), other = float(2 * place + 1 < side) * vec2(next, 1.0), weights = one + other;
    vec4 four = luma(fours, here);
    vec4 sum = four.rrbb * one.xyxy + four.ggaa * other.xyxy;
    for (int k = 1; k <= int(ceil(1.5 * wide)); ++k) {
        float near = next, middle = near * fall;
        fall *= squared;
        next = middle * fall;
        fall *= squared;
        four = luma(fours, max(here - k * axis, 0));
        one = float(place >= k) * vec2(middle, next);
        other = float(place >= k) * vec2(near, middle);
        sum += four.rrbb * one.xyxy + four.ggaa * other.xyxy;
        weights += one + other;
        four = luma(fours, min(here + k * axis, last));
        one = float(2 * (place + k) < side) * vec2(middle, near);
        other = float(2 * (place + k) + 1 < side) * vec2(next, middle);
        sum += four.rrbb * one.xyxy + four.ggaa * other.xyxy;
        weights += one + other;
    }
    return sum / weights.xyxy;
}
