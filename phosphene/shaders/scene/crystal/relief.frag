#version 330 core
/*
about:  the stone as light finds it
reads:  cell
writes: how steep it is to the right and upward, a cell; how high, 0..1; how much it grew of late
*/
uniform sampler2D cell;

in vec2 uv;
out vec4 color;

void main() {
    vec2 near = 0.75 / vec2(textureSize(cell, 0));
    vec3 one = texture(cell, uv + near).rgb, two = texture(cell, uv - near).rgb;
    vec3 three = texture(cell, uv + vec2(near.x, -near.y)).rgb, four = texture(cell, uv + vec2(-near.x, near.y)).rgb;
    vec2 slope = vec2(one.g + three.g - two.g - four.g, one.g + four.g - two.g - three.g) / 3.0;
    color = vec4(slope, 0.25 * (one + two + three + four).gb);
}
