#version 330 core
/*
about: the picture cut by the golden section, and cut again; each region follows its own part of the spectrum
passes:
  - {name: cuts, size: [8, 1], precise: true, rate: 60}
  - {name: energy, size: [64, 1], precise: true, rate: 60}
  - {name: leaves, size: [64, 2], precise: true}
  - {name: panels, vertex: scene/golden/panels.vert, vertices: 4, instances: 55, light: true}
vertex: scene/golden/golden.vert
vertices: 514
over: panels
*/
const vec3 CANDLE = vec3(1.0, 0.75, 0.4);

uniform float light;  // 1 in 0..3: brightness of the spiral, along which each beat runs inward
uniform float level;
uniform float pulse;
uniform float beat;

in float across;
in float along;
out vec4 color;

void main() {
    float soft = 1.0 - across * across, behind = 3.0 * beat - along;
    float run = behind > 0.0 ? exp(-6.0 * behind) : exp(-400.0 * behind * behind);
    color = vec4(light * soft * soft * (0.1 + 0.35 * level + 0.8 * pulse + 3.0 * pulse * run) * CANDLE, 0.0);
}
