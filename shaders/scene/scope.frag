#version 330 core
/*
about:  a beam, its afterglow, and the glow around both
reads:  ink, trail, glow (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D ink;
uniform sampler2D trail;
uniform sampler2D glow;
uniform float bloom;  // of the glow
uniform float onset;  // 1 at an onset, then it fades

in vec2 uv;
out vec4 color;

void main() {
    vec2 out_by = uv - 0.5;
    float edge = 1.0 - 1.1 * dot(out_by, out_by);
    vec3 light = texture(trail, uv).rgb * (1.3 + 0.5 * onset) + 1.6 * texture(ink, uv).rgb;
    color = vec4(edge * edge * (light + bloom * texture(glow, uv).rgb), 1.0);
}
