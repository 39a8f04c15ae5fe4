/*
about:  samples a texture between texels without the blur of bilinear filtering, which would add up in a feedback, the
        more the higher the frame rate
use:    vec3 sharp_sample(sampler2D light, vec2 from)
*/
vec3 sharp_sample(sampler2D light, vec2 from) {
    vec2 size = vec2(textureSize(light, 0)), fraction = fract(from * size - 0.5);
    vec2 right = vec2(1.0 / size.x, 0.0), up = vec2(0.0, 1.0 / size.y), blur = 0.5 * fraction * (1.0 - fraction);
    vec3 here = texture(light, from).rgb;
    vec3 horizontal = texture(light, from + right).rgb + texture(light, from - right).rgb - 2.0 * here;
    vec3 vertical = texture(light, from + up).rgb + texture(light, from - up).rgb - 2.0 * here;
    return here - blur.x * horizontal - blur.y * vertical;
}
