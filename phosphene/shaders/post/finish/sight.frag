#version 330 core
out vec4 color;

#include "lib/grade.glsl"
#define SEEN grade
#include "lib/sight.glsl"

void main() {
    color = sight();
}
