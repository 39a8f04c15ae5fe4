#version 330 core
/*
about:  a picture at 160 x 90, so that the glow has the same width at any size; up to six times as large, no pixel is
        skipped
reads:  larger (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D larger;

in vec2 uv;
out vec4 color;

void main() {
    vec2 third = 1.0 / vec2(480.0, 270.0);
    vec3 sum = vec3(0.0);
    for (int tap = 0; tap < 9; tap++) {
        sum += texture(larger, uv + third * vec2(tap % 3 - 1, tap / 3 - 1)).rgb;
    }
    color = vec4(sum / 9.0, 1.0);
}
