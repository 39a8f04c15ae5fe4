#version 330 core
/*
about:  the stroke along which the spectrum lies, from bass to treble
reads:  bands (0..1)
writes: sideways bend, in heights; ink that seeps from it, 0..1; sideways force on the water
*/
const float TURN = 6.2831853;
const float FINGERS = 3.5;    // jets along the stroke, to alternating sides
const float MIN_SEEP = 0.06;  // in silence

uniform sampler2D bands;
uniform float minute;
uniform float aspect;
uniform vec4 random;

in vec2 uv;
out vec4 color;

void main() {
    float place = 2.0 * uv.x - 1.0, loudness = texture(bands, vec2(uv.x, 0.5)).r;
    float bend = 0.12 * sin(3.0 * place + TURN * (2.0 * minute + random.x));
    bend += 0.05 * sin(7.0 * place - TURN * (3.0 * minute - random.y));
    float fade = clamp(8.0 - 8.0 * abs(place), 0.0, 1.0);
    color = vec4(min(aspect, 1.0) * bend, fade * (loudness * loudness + MIN_SEEP),
        fade * loudness * loudness * sin(TURN * FINGERS * uv.x), 0.0);
}
