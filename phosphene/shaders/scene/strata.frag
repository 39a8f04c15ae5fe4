#version 330 core
/*
about: the past of the spectrum as a landscape at dusk, ridge behind ridge; drums light it
passes:
  - {name: mood, size: [1, 1], precise: true}
  - {name: land, size: [256, 24], precise: true}
  - {name: row_tops, size: [512, 24], precise: true}
  - {name: skyline, size: [512, 24], precise: true}
  - {name: tree, size: [512, 6], precise: true}
  - {name: air, size: [128, 72]}
  - {name: landscape, vertex: scene/strata/landscape.vert}
vertex: scene/strata/stars.vert
vertices: 4
instances: 240
over: landscape
*/
flat in vec3 light;
in vec2 offset;
out vec4 color;

void main() {
    float inside = max(1.0 - dot(offset, offset), 0.0);
    color = vec4(light * inside * inside, 0.0);
}
