/*
about:  a picture between its pixels, by the cubic that goes through them (Catmull and Rom), so that what is carried
        along for long is not blurred; the corners, which weigh little, are left out
use:    vec4 crisp(sampler2D picture, vec2 uv)
*/
vec4 crisp(sampler2D picture, vec2 uv) {
    vec2 size = vec2(textureSize(picture, 0)), at = uv * size;
    vec2 pixel = floor(at - 0.5) + 0.5, part = at - pixel;
    vec2 before = part * (-0.5 + part * (1.0 - 0.5 * part));
    vec2 after = part * part * (-0.5 + 0.5 * part);
    vec2 here = 1.0 - before - after, between = part * (0.5 + part * (2.0 - 1.5 * part)) / here;
    vec2 low = (pixel - 1.0) / size, middle = (pixel + between) / size, high = (pixel + 2.0) / size;
    float whole = here.x * here.y + before.x * here.y + after.x * here.y + here.x * before.y + here.x * after.y;
    vec4 sum = here.x * here.y * texture(picture, middle);
    sum += before.x * here.y * texture(picture, vec2(low.x, middle.y));
    sum += after.x * here.y * texture(picture, vec2(high.x, middle.y));
    sum += here.x * before.y * texture(picture, vec2(middle.x, low.y));
    sum += here.x * after.y * texture(picture, vec2(middle.x, high.y));
    return sum / whole;
}
