#version 330 core
/*
about:  the golden spiral: from the farthest corner to the middle of the last leaf, by the golden ratio nearer with
        every quarter turn, as wide as the picture
reads:  leaves
writes: across, -1..1 over the line; along, 0..1 from the outside
*/
const float QUARTERS = 9.0;
const float WIDTH = 0.012;  // half of the largest width, in heights
const float STEPS = 256.0;
const float GOLDEN = 1.61803399;
const int LEVELS = 8;

uniform sampler2D leaves;
uniform float aspect;
uniform vec4 random;

out float across;
out float along;

vec2 point(float quarters, vec2 middle) {
    vec2 picture_size = vec2(aspect, 1.0), extent = aspect < 1.0 ? vec2(GOLDEN, 1.0 / aspect) : vec2(aspect, GOLDEN);
    vec2 start = (step(middle, 0.5 * picture_size) * picture_size - middle) / extent;
    bool mirrored = (random.x > 0.5) != (random.y > 0.5) != (aspect < 1.0);
    float turn = 1.5707963 * (mirrored ? -quarters : quarters), ahead = cos(turn), aside = sin(turn);
    return middle + extent * (mat2(ahead, aside, -aside, ahead) * start) * pow(GOLDEN, -quarters);
}

void main() {
    vec4 last = vec4(0.0);
    for (int level = 0; level < LEVELS; ++level) {
        vec4 leaf = texelFetch(leaves, ivec2(level, 1), 0);
        last = leaf.z > 0.0 ? leaf : last;
    }
    along = float(gl_VertexID >> 1) / STEPS;
    across = float(gl_VertexID & 1) * 2.0 - 1.0;
    vec2 middle = last.xy + 0.5 * last.zw;
    vec2 here = point(QUARTERS * along, middle), next = point(QUARTERS * along + 0.05, middle);
    vec2 direction = normalize(next - here + 1e-6);
    vec2 place = here + across * WIDTH * (1.0 - 0.8 * along) * vec2(-direction.y, direction.x);
    gl_Position = vec4(place / vec2(aspect, 1.0) * 2.0 - 1.0, 0.0, 1.0);
}
