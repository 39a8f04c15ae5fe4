#version 330 core
/*
about:  the bed that the stone grows on
writes: the way of its grain, at most 1; from what grows grains to what grows coral, -2..2
*/
const float TURN = 6.2831853;

uniform float minute;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

void main() {
    vec2 wave = TURN * (uv * vec2(2.0, 1.0) + lots.xy + minute * vec2(1.0, -1.0));
    vec2 way = vec2(sin(wave.y + 0.8 * sin(wave.x)), -sin(wave.x + 0.8 * sin(wave.y + TURN * lots.z)));
    vec2 form = TURN * (vec2(uv.x + uv.y, uv.x - 2.0 * uv.y) + vec2(2.0, -3.0) * minute + lots.xy);
    color = vec4(way / max(length(way), 0.3), sin(form.x) + sin(form.y), 1.0);
}
