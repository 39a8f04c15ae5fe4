/*
about:  a picture between its pixels, by the cubic that has no corners: for one that is to be larger
use:    vec3 softly(sampler2D picture, vec2 uv)
*/
vec3 softly(sampler2D picture, vec2 uv) {
    vec2 size = vec2(textureSize(picture, 0)), at = uv * size - 0.5;
    vec2 pixel = floor(at), part = at - pixel, rest = 1.0 - part;
    vec2 first = rest * rest * rest / 6.0, last = part * part * part / 6.0;
    vec2 second = 2.0 / 3.0 - part * part * (1.0 - 0.5 * part), third = 1.0 - first - second - last;
    vec2 low = first + second, high = third + last;
    vec2 left = (pixel - 0.5 + second / low) / size, right = (pixel + 1.5 + last / high) / size;
    vec3 bottom = low.x * texture(picture, left).rgb + high.x * texture(picture, vec2(right.x, left.y)).rgb;
    vec3 top = low.x * texture(picture, vec2(left.x, right.y)).rgb + high.x * texture(picture, right).rgb;
    return low.y * bottom + high.y * top;
}
