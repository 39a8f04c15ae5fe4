#version 330 core
/*
about: measures a picture in cells, the brightest light, the mean, and the number of samples that are NaN or huge
size: [32, 18]
precise: true
*/
const int TAPS = 6;  // per side of a cell

uniform sampler2D picture;

in vec2 uv;
out vec4 color;

void main() {
    vec2 cell = 1.0 / vec2(32.0, 18.0), corner = uv - 0.5 * cell;
    float brightest = 0.0, mean = 0.0, invalid = 0.0;
    for (int at = 0; at < TAPS * TAPS; at++) {
        vec2 place = (vec2(at % TAPS, at / TAPS) + 0.5) / float(TAPS);
        vec3 light = texture(picture, corner + cell * place).rgb;
        float sum = dot(light, vec3(1.0 / 3.0));
        if (sum != sum || abs(sum) > 1e6) {
            invalid += 1.0;
        } else {
            brightest = max(brightest, max(max(light.r, light.g), light.b));
            mean += sum / float(TAPS * TAPS);
        }
    }
    color = vec4(brightest, mean, invalid, 1.0);
}
