#version 330 core
/*
about: the past of the spectrum as a land at dusk, ridge behind ridge, that the music leaves behind; drums light it
passes:
  - {name: mood, size: [1, 1], precise: true}
  - {name: land, size: [256, 24], precise: true}
  - {name: reach, size: [512, 24], precise: true}
  - {name: skyline, size: [512, 24], precise: true}
  - {name: tree, size: [512, 6], precise: true}
  - {name: air, size: [128, 72]}
  - {name: dusk, vertex: scene/strata/dusk.vert}
vertex: scene/strata/stars.vert
vertices: 4
instances: 240
over: dusk
*/
flat in vec3 light;
in vec2 off;
out vec4 color;

void main() {
    float near = max(1.0 - dot(off, off), 0.0);
    color = vec4(light * near * near, 0.0);
}
