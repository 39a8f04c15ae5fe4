#version 330 core
uniform float blackout;  // 0 in 0..1: the stage goes dark

out vec4 color;

#include "lib/grade.glsl"
#define SEEN grade
#include "lib/sight.glsl"

void main() {
    color = sight() * (1.0 - blackout);
}
