#version 330 core
/*
about:  the golden spiral: from the corner that is farthest to the middle of the last part, by the golden ratio nearer
        with every quarter turn, as wide as the picture is
reads:  leaves
writes: across, -1..1 over the line; along, 0..1 from without
*/
const float QUARTERS = 9.0;
const float WIDTH = 0.012;  // heights, half of it, where it is widest
const float STEPS = 256.0;
const float GOLDEN = 1.61803399;
const int LEVELS = 8;

uniform sampler2D leaves;
uniform float aspect;
uniform vec4 lots;

out float across;
out float along;

vec2 point(float quarters, vec2 middle) {
    vec2 room = vec2(aspect, 1.0), wide = aspect < 1.0 ? vec2(GOLDEN, 1.0 / aspect) : vec2(aspect, GOLDEN);
    vec2 from = (step(middle, 0.5 * room) * room - middle) / wide;
    bool mirrored = (lots.x > 0.5) != (lots.y > 0.5) != (aspect < 1.0);
    float turn = 1.5707963 * (mirrored ? -quarters : quarters), ahead = cos(turn), aside = sin(turn);
    return middle + wide * (mat2(ahead, aside, -aside, ahead) * from) * pow(GOLDEN, -quarters);
}

void main() {
    vec4 last = vec4(0.0);
    for (int level = 0; level < LEVELS; ++level) {
        vec4 part = texelFetch(leaves, ivec2(level, 1), 0);
        last = part.z > 0.0 ? part : last;
    }
    along = float(gl_VertexID >> 1) / STEPS;
    across = float(gl_VertexID & 1) * 2.0 - 1.0;
    vec2 middle = last.xy + 0.5 * last.zw;
    vec2 here = point(QUARTERS * along, middle), next = point(QUARTERS * along + 0.05, middle);
    vec2 way = normalize(next - here + 1e-6);
    vec2 place = here + across * WIDTH * (1.0 - 0.8 * along) * vec2(-way.y, way.x);
    gl_Position = vec4(place / vec2(aspect, 1.0) * 2.0 - 1.0, 0.0, 1.0);
}
