#version 330 core
/*
about: the 64 bands as northern lights over still water; they rise, and push waves towards the shore
passes:
  - name: field
    samplers: {last_curtain: curtain, last_water: water}
    targets: [curtain, water]
    size: [384, 96]
    precise: true
    rate: 60
  - {name: sky, scale: 0.5}
  - {name: lake, scale: 0.5}
  - {name: night}
vertex: scene/spectrum/stars.vert
vertices: 4
instances: 480
over: night
*/
flat in vec3 light;
in vec2 offset;
out vec4 color;

void main() {
    float inside = max(1.0 - dot(offset, offset), 0.0);
    color = vec4(light * inside * inside, 0.0);
}
