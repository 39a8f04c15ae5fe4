#version 330 core
/*
about:  how late each column is, from the bass outward: by how loud its band is, and its neighbours
reads:  bands (0..1), late (this pass, one frame ago)
writes: 0..1
*/
const float FOLLOW = 0.10;  // seconds

uniform sampler2D bands;
uniform sampler2D late;
uniform float dt;

in vec2 uv;
out vec4 color;

void main() {
    float sum = 0.0;
    for (int near = -2; near <= 2; near++) {
        sum += texture(bands, vec2(0.03 + 0.9 * uv.x + 0.02 * float(near), 0.5)).r;
    }
    float before = texelFetch(late, ivec2(gl_FragCoord.xy), 0).r, now = 0.04 * sum * sum;
    color = vec4(mix(before >= 0.0 && before <= 1.0 ? before : now, now, 1.0 - exp(-dt / FOLLOW)));
}
