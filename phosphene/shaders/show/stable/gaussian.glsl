/*
about:  Gaussian blur along an axis on quads (four pixels per texel); pixels beyond the edges have no weight
use:    vec4 gaussian(sampler2D quads, ivec2 axis, int side), where r and g, b and a are neighbours along the axis,
        which has `side` pixels. Needs show/stable/gaussian.vert, and before the include vec4 luma(sampler2D quads,
        ivec2 at), which returns the values to blur
*/
flat in float neighbour_weight;  // weight of a direct neighbour
flat in int reach;               // number of quads on either side

vec4 gaussian(sampler2D quads, ivec2 axis, int side) {
    ivec2 here = ivec2(gl_FragCoord.xy), last = textureSize(quads, 0) - 1;
    int place = here.x * axis.x + here.y * axis.y;
    float squared = neighbour_weight * neighbour_weight, decay = neighbour_weight * squared, outer = neighbour_weight;
    vec2 left_weights = vec2(1.0, neighbour_weight),
        right_weights = float(2 * place + 1 < side) * vec2(neighbour_weight, 1.0),
        weights = left_weights + right_weights;
    vec4 quad = luma(quads, here);
    vec4 sum = quad.rrbb * left_weights.xyxy + quad.ggaa * right_weights.xyxy;
    for (int k = 1; k <= reach; ++k) {
        float inner = outer, middle = inner * decay;
        outer = middle * decay * squared;
        decay *= squared * squared;
        quad = luma(quads, max(here - k * axis, 0));
        left_weights = float(place >= k) * vec2(middle, outer);
        right_weights = float(place >= k) * vec2(inner, middle);
        sum += quad.rrbb * left_weights.xyxy + quad.ggaa * right_weights.xyxy;
        weights += left_weights + right_weights;
        quad = luma(quads, min(here + k * axis, last));
        left_weights = float(2 * (place + k) < side) * vec2(middle, inner);
        right_weights = float(2 * (place + k) + 1 < side) * vec2(outer, middle);
        sum += quad.rrbb * left_weights.xyxy + quad.ggaa * right_weights.xyxy;
        weights += left_weights + right_weights;
    }
    return sum / weights.xyxy;
}
