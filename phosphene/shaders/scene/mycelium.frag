#version 330 core
/*
about: threads that grow between the places where the spectrum sounds, and carry its light
passes:
  - {name: agents, size: [96, 64], precise: true, rate: 30}
  - {name: marks, vertex: scene/mycelium/marks.vert, vertices: 6144, points: true, light: true, scale: 0.5, rate: 30}
  - {name: trail, scale: 0.5, wrap: true, rate: 30}
vertex: scene/mycelium/mycelium.vert
*/
uniform sampler2D trail;
uniform float glow;  // 1 in 0..3: brightness of the light in the threads

in vec2 uv;
flat in vec3 soil;
flat in mat3 shine;
out vec4 color;

void main() {
    vec2 aside = vec2(-0.3, 0.4) / vec2(textureSize(trail, 0));
    vec4 lit_side = texture(trail, uv + aside), far_side = texture(trail, uv - aside),
        here = 0.5 * (lit_side + far_side);
    vec3 squared = here.rgb * here.rgb, coverage = squared / (squared + 0.02);
    float slope = dot(lit_side.rgb - far_side.rgb, vec3(2.0));
    float sheen = 1.0 + 0.5 * slope * inversesqrt(0.05 + slope * slope);
    vec3 bright = sheen * coverage * (0.06 + 0.2 * here.rgb + 3.0 * glow * here.a);
    vec3 light = soil * (1.0 + 30.0 * glow * here.a);
    light = light * (1.0 - coverage.r) + bright.r * shine[0];
    light = light * (1.0 - coverage.b) + bright.b * shine[2];
    light = light * (1.0 - coverage.g) + bright.g * shine[1];
    color = vec4(light, 1.0);
}
