#version 330 core
/*
about:  soft light, brightest in the middle of a line
reads:  across, light
writes: rgba16f, linear, added up
*/
in float across;
in vec3 light;
out vec4 color;

void main() {
    float soft = 1.0 - across * across;
    color = vec4(light * soft * soft, 1.0);
}
