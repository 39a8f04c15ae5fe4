/*
about:  samples a picture with the Catmull-Rom cubic, so that repeated advection does not blur it; the four corner taps
        have little weight and are left out
use:    vec4 catmull_rom(sampler2D picture, vec2 uv)
*/
vec4 catmull_rom(sampler2D picture, vec2 uv) {
    vec2 size = vec2(textureSize(picture, 0)), at = uv * size;
    vec2 pixel = floor(at - 0.5) + 0.5, fraction = at - pixel;
    vec2 before = fraction * (-0.5 + fraction * (1.0 - 0.5 * fraction));
    vec2 after = fraction * fraction * (-0.5 + 0.5 * fraction);
    vec2 here = 1.0 - before - after, centre = fraction * (0.5 + fraction * (2.0 - 1.5 * fraction)) / here;
    vec2 low = (pixel - 1.0) / size, middle = (pixel + centre) / size, high = (pixel + 2.0) / size;
    float total = here.x * here.y + before.x * here.y + after.x * here.y + here.x * before.y + here.x * after.y;
    vec4 sum = here.x * here.y * texture(picture, middle);
    sum += before.x * here.y * texture(picture, vec2(low.x, middle.y));
    sum += after.x * here.y * texture(picture, vec2(high.x, middle.y));
    sum += here.x * before.y * texture(picture, vec2(middle.x, low.y));
    sum += here.x * after.y * texture(picture, vec2(middle.x, high.y));
    return sum / total;
}
