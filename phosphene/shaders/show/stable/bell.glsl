/*
about:  four pixels in one, blurred along an axis by a Gaussian; what lies beyond the edges has no weight
use:    vec4 bell(sampler2D fours, ivec2 axis, int side), where r and g, b and a are neighbours along the axis, on which
        there are `side` pixels; before it, vec4 luma(sampler2D fours, ivec2 at) tells what to blur; show/stable/bell.vert
*/
flat in float next;  // the weight of a neighbour
flat in int far;     // how many fours count to either side

vec4 bell(sampler2D fours, ivec2 axis, int side) {
    ivec2 here = ivec2(gl_FragCoord.xy), last = textureSize(fours, 0) - 1;
    int place = here.x * axis.x + here.y * axis.y;
    float squared = next * next, fall = next * squared, outer = next;
    vec2 one = vec2(1.0, next), other = float(2 * place + 1 < side) * vec2(next, 1.0), weights = one + other;
    vec4 four = luma(fours, here);
    vec4 sum = four.rrbb * one.xyxy + four.ggaa * other.xyxy;
    for (int k = 1; k <= far; ++k) {
        float inner = outer, middle = inner * fall;
        outer = middle * fall * squared;
        fall *= squared * squared;
        four = luma(fours, max(here - k * axis, 0));
        one = float(place >= k) * vec2(middle, outer);
        other = float(place >= k) * vec2(inner, middle);
        sum += four.rrbb * one.xyxy + four.ggaa * other.xyxy;
        weights += one + other;
        four = luma(fours, min(here + k * axis, last));
        one = float(2 * (place + k) < side) * vec2(middle, inner);
        other = float(2 * (place + k) + 1 < side) * vec2(outer, middle);
        sum += four.rrbb * one.xyxy + four.ggaa * other.xyxy;
        weights += one + other;
    }
    return sum / weights.xyxy;
}
