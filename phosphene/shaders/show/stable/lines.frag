#version 330 core
/*
about:  second half of a guided filter: the average of the lines of chroma over luma around each pixel
reads:  fit
writes: rgba16f, as fit does
*/
uniform sampler2D fit;

in vec2 uv;
flat in vec2 tap;
out vec4 color;

void main() {
    vec4 sum = texture(fit, uv - tap) + texture(fit, uv + tap);
    sum += texture(fit, uv + vec2(tap.x, -tap.y)) + texture(fit, uv + vec2(-tap.x, tap.y));
    color = 0.25 * sum;
}
