#version 330 core
out vec4 color;

#include "lib/mixed.glsl"
#define SEEN mixed
#include "lib/sight.glsl"

void main() {
    color = sight();
}
