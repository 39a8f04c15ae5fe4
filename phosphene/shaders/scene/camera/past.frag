#version 330 core
/*
about:  what is seen now, to be seen again
reads:  media
writes: rgba16f, linear, 0..1; that there is something
*/
uniform sampler2D media;
uniform float fit;   // cover | contain: the picture, or stand in it whole
uniform float side;  // mirror | plain: as in a mirror, or as others see it
uniform float aspect;
uniform float media_aspect;

in vec2 uv;
out vec4 color;

#include "scene/camera/seen.glsl"

void main() {
    color = vec4(seen(uv), 1.0);
}
