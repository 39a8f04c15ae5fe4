#version 330 core
/*
about: the waveform as a ring of light, its past drifting outward, wound into petals
passes:
  - {name: ink, size: [1, 256]}
  - {name: trail, size: [480, 96]}
  - {name: lines, fragment: scene/scope.frag, vertex: scene/scope/scope.vert,
     vertices: 770, instances: 3, light: true, scale: 0.25}
  - {name: glow, fragment: post/blur.frag, samplers: {picture: lines}, scale: 0.125}
  - {name: petals, scale: 0.5}
  - {name: upscaled, fragment: post/copy.frag, samplers: {picture: petals}}
vertex: scene/scope/scope.vert
vertices: 770
instances: 3
over: upscaled
*/
in float across;
in vec3 light;
out vec4 color;

void main() {
    float soft = 1.0 - across * across;
    color = vec4(light * soft * soft, 0.0);
}
