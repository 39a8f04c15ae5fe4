#version 330 core
/*
about: the picture cut by the golden section, and cut again; each region lives by its own part of the spectrum
passes:
  - {name: cuts, size: [8, 1], precise: true, rate: 60}
  - {name: life, size: [64, 1], precise: true, rate: 60}
  - {name: leaves, size: [64, 2], precise: true}
  - {name: panels, vertex: scene/golden/panels.vert, vertices: 4, instances: 55, light: true}
  - {name: spiral, vertex: scene/golden/spiral.vert, vertices: 514, light: true}
*/
uniform sampler2D panels;
uniform sampler2D spiral;

in vec2 uv;
out vec4 color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec3 line = texelFetch(spiral, at, 0).r * vec3(1.0, 0.75, 0.4);
    color = vec4(texelFetch(panels, at, 0).rgb + line, 1.0);
}
