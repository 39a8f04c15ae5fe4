#version 330 core
/*
about:  stores the current camera picture in the history
reads:  media
writes: rgba16f, linear, 0..1; alpha 1 marks a stored picture
*/
uniform sampler2D media;
uniform float fit;   // cover | contain: fill the picture, or fit into it
uniform float side;  // mirror | plain: mirrored, or as recorded
uniform float aspect;
uniform float media_aspect;

in vec2 uv;
out vec4 color;

#include "scene/camera/media_at.glsl"

void main() {
    color = vec4(media_at(uv), 1.0);
}
