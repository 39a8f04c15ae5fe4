#version 330 core
/*
about:  the last drop of each drum; and the position of the sound in the stereo field and in the circle of fifths
reads:  drops (this pass, one step ago), wave (left, right), chroma
writes: for kick, snare and hat: position in heights from the middle, glow, and the number of drops, plus a half while
        the glow rises; then: stereo balance, and the position in the circle of fifths
*/
const float MAX_COUNT = 4096.0;
const float RISE = 0.05;  // rise of a glow in one step that counts as a drum
const float TURN = 6.2831853;

uniform sampler2D drops;
uniform sampler2D wave;
uniform sampler2D chroma;
uniform float kick;
uniform float snare;
uniform float hat;
uniform float aspect;
uniform float dt;
uniform vec4 random;

out vec4 color;

float stereo_balance() {
    vec2 sides = vec2(0.0);
    for (int n = 0; n < 16; ++n) {
        sides += abs(texture(wave, vec2((float(n) + 0.5) / 16.0, 0.5)).rg);
    }
    return (sides.g - sides.r) / (sides.r + sides.g + 1.0);
}

vec2 fifths() {
    vec2 sum = vec2(0.0);
    for (int n = 0; n < 12; ++n) {
        float turn = TURN * 7.0 / 12.0 * float(n);
        sum += texelFetch(chroma, ivec2(n, 0), 0).r * vec2(cos(turn), sin(turn));
    }
    return sum / (length(sum) + 1.0);
}

void main() {
    int which = int(gl_FragCoord.x);
    vec4 last = texelFetch(drops, ivec2(which, 0), 0);
    last = mix(vec4(0.0), clamp(last, -MAX_COUNT, MAX_COUNT), equal(last, last));
    if (which == 3) {
        color = mix(last, vec4(stereo_balance(), fifths(), 0.0), vec4(1.0 - exp(-3.0 * dt)));
        return;
    }
    float glow = which == 0 ? kick : which == 1 ? snare : hat, count = floor(last.w);
    bool rises = glow > last.z + RISE;
    if (rises && count == last.w) {
        count = mod(count + 1.0, MAX_COUNT);
        // The golden section of the plane: multiples of these two numbers spread evenly.
        vec2 part = fract(random.xy + 0.37 * float(which) + count * vec2(0.7548777, 0.5698403));
        last.xy = (part - 0.5) * vec2(aspect, 1.0) * 0.8;
    }
    color = vec4(last.xy, glow, count + (rises ? 0.5 : 0.0));
}
