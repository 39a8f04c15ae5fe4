#version 330 core
/*
about:  boxes with round corners, and letters a pixel a pixel, as they were drawn
reads:  text, large (a layer a letter, the upper row first)
writes: what a screen shows, and how much of it
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
    vec2 beyond = abs(at - 0.5 * extent) - 0.5 * extent + radius;
    return clamp(0.5 + radius - length(max(beyond, 0.0)) - min(max(beyond.x, beyond.y), 0.0), 0.0, 1.0);
}

void main() {
    ivec3 texel = ivec3(at, form.y);
    float cover;
    if (form.x == BOX) {
        cover = box(form.y);
    } else if (form.x == TEXT) {
        cover = texelFetch(text, texel, 0).r;
    } else {
        cover = texelFetch(large, texel, 0).r;
    }
    color = vec4(paint.rgb, paint.a * cover);
}
