/*
about:  what lies at a place between texels, without the blur of reading there, which would add up in a feedback: more
        at more frames a second
use:    vec3 carried(sampler2D light, vec2 from)
*/
vec3 carried(sampler2D light, vec2 from) {
    vec2 size = vec2(textureSize(light, 0)), between = fract(from * size - 0.5);
    vec2 right = vec2(1.0 / size.x, 0.0), up = vec2(0.0, 1.0 / size.y), blur = 0.5 * between * (1.0 - between);
    vec3 here = texture(light, from).rgb;
    vec3 across = texture(light, from + right).rgb + texture(light, from - right).rgb - 2.0 * here;
    vec3 along = texture(light, from + up).rgb + texture(light, from - up).rgb - 2.0 * here;
    return here - blur.x * across - blur.y * along;
}
