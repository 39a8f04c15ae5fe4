#version 330 core
/*
about:  the stroke along which the spectrum lies, from bass to treble
reads:  bands (0..1)
writes: how far aside it is bent, in heights; how much ink seeps from it, 0..1; how it pushes the water aside
*/
const float TURN = 6.2831853;
const float FINGERS = 3.5;  // that it pushes to either side
const float SEEPS = 0.06;   // where nothing is heard

uniform sampler2D bands;
uniform float minute;
uniform float aspect;
uniform vec4 lots;

in vec2 uv;
out vec4 color;

void main() {
    float place = 2.0 * uv.x - 1.0, heard = texture(bands, vec2(uv.x, 0.5)).r;
    float bend = 0.12 * sin(3.0 * place + TURN * (2.0 * minute + lots.x));
    bend += 0.05 * sin(7.0 * place - TURN * (3.0 * minute - lots.y));
    float ends = clamp(8.0 - 8.0 * abs(place), 0.0, 1.0);
    color = vec4(min(aspect, 1.0) * bend, ends * (heard * heard + SEEPS), ends * heard * heard * sin(TURN * FINGERS * uv.x), 0.0);
}
