#version 330 core
/*
about:  a line of light, along which each beat runs inward
reads:  across, along
writes: rgba16f, linear, added up
*/
uniform float light;  // 1 in 0..3: how bright it is
uniform float level;
uniform float pulse;
uniform float beat;

in float across;
in float along;
out vec4 color;

void main() {
    float soft = 1.0 - across * across, behind = 3.0 * beat - along;
    float run = behind > 0.0 ? exp(-6.0 * behind) : exp(-400.0 * behind * behind);
    color = vec4(light * soft * soft * (0.1 + 0.35 * level + 0.8 * pulse + 3.0 * pulse * run));
}
