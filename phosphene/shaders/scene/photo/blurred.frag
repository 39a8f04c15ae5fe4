#version 330 core
/*
about:  the photo without detail, as an estimate of depth
reads:  media
writes: rgba16f, linear; alpha is the square root of luminance
*/
uniform sampler2D media;

in vec2 uv;
out vec4 color;

void main() {
    vec3 sum = vec3(0.0);
    for (int tap = 0; tap < 16; tap++) {
        sum += texture(media, uv + 0.016 * vec2(float(tap % 4) - 1.5, float(tap / 4) - 1.5)).rgb;
    }
    sum /= 16.0;
    color = vec4(sum, sqrt(dot(sum, vec3(0.2126, 0.7152, 0.0722))));
}
