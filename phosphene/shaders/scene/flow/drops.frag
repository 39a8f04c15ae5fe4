#version 330 core
/*
about:  where each drum last let a drop fall; where in the room and in the circle of fifths the sound is
reads:  drops (this pass, one step ago), wave (left, right), chroma
writes: of kick, snare and hat: the place in heights from the middle, the glow, and how many there have been, a half
        more while the glow rises; then: how far right, and the place in the circle
*/
const float COUNTED = 4096.0;
const float RISE = 0.05;  // of a glow in a step: a drum
const float TURN = 6.2831853;

uniform sampler2D drops;
uniform sampler2D wave;
uniform sampler2D chroma;
uniform float kick;
uniform float snare;
uniform float hat;
uniform float aspect;
uniform float dt;
uniform vec4 lots;

out vec4 color;

float right() {
    vec2 both = vec2(0.0);
    for (int n = 0; n < 16; ++n) {
        both += abs(texture(wave, vec2((float(n) + 0.5) / 16.0, 0.5)).rg);
    }
    return (both.g - both.r) / (both.r + both.g + 1.0);
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
    last = mix(vec4(0.0), clamp(last, -COUNTED, COUNTED), equal(last, last));
    if (which == 3) {
        color = mix(last, vec4(right(), fifths(), 0.0), vec4(1.0 - exp(-3.0 * dt)));
        return;
    }
    float glow = which == 0 ? kick : which == 1 ? snare : hat, count = floor(last.w);
    bool rises = glow > last.z + RISE;
    if (rises && count == last.w) {
        count = mod(count + 1.0, COUNTED);
        // Two numbers whose multiples never crowd: the plane's golden section.
        vec2 part = fract(lots.xy + 0.37 * float(which) + count * vec2(0.7548777, 0.5698403));
        last.xy = (part - 0.5) * vec2(aspect, 1.0) * 0.8;
    }
    color = vec4(last.xy, glow, count + (rises ? 0.5 : 0.0));
}
