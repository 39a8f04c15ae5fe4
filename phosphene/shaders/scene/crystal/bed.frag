#version 330 core
/*
about:  the substrate of the growth
writes: direction of the grain, length at most 1; a variation of the form, -2 (grains) to 2 (coral)
*/
const float TURN = 6.2831853;

uniform float minute;
uniform vec4 random;

in vec2 uv;
out vec4 color;

void main() {
    vec2 wave = TURN * (uv * vec2(2.0, 1.0) + random.xy + minute * vec2(1.0, -1.0));
    vec2 direction = vec2(sin(wave.y + 0.8 * sin(wave.x)), -sin(wave.x + 0.8 * sin(wave.y + TURN * random.z)));
    vec2 form = TURN * (vec2(uv.x + uv.y, uv.x - 2.0 * uv.y) + vec2(2.0, -3.0) * minute + random.xy);
    color = vec4(direction / max(length(direction), 0.3), sin(form.x) + sin(form.y), 1.0);
}
