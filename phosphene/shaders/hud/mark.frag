#version 330 core
/*
about:  boxes with round corners, and letters drawn pixel for pixel
reads:  text, large (one layer per letter, the top row first)
writes: display rgb and opacity
*/
const float BOX = 0.0;
const float TEXT = 1.0;

uniform sampler2DArray text;
uniform sampler2DArray large;

in vec2 at;
flat in vec2 extent;
flat in vec4 paint;
flat in vec2 form;
out vec4 color;

float box(float radius) {
    vec2 outside = abs(at - 0.5 * extent) - 0.5 * extent + radius;
    return clamp(0.5 + radius - length(max(outside, 0.0)) - min(max(outside.x, outside.y), 0.0), 0.0, 1.0);
}

void main() {
    ivec3 texel = ivec3(at, form.y);
    float opacity;
    if (form.x == BOX) {
        opacity = box(form.y);
    } else if (form.x == TEXT) {
        opacity = texelFetch(text, texel, 0).r;
    } else {
        opacity = texelFetch(large, texel, 0).r;
    }
    color = vec4(paint.rgb, paint.a * opacity);
}
