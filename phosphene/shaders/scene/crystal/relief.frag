#version 330 core
/*
about:  the grown stone as a surface that can be lit
reads:  cell
writes: slope to the right and upward, per cell; height, 0..1; recent growth
*/
uniform sampler2D cell;

in vec2 uv;
out vec4 color;

void main() {
    vec2 tap = 0.75 / vec2(textureSize(cell, 0));
    vec3 one = texture(cell, uv + tap).rgb, two = texture(cell, uv - tap).rgb;
    vec3 three = texture(cell, uv + vec2(tap.x, -tap.y)).rgb, four = texture(cell, uv + vec2(-tap.x, tap.y)).rgb;
    vec2 slope = vec2(one.g + three.g - two.g - four.g, one.g + four.g - two.g - three.g) / 3.0;
    color = vec4(slope, 0.25 * (one + two + three + four).gb);
}
