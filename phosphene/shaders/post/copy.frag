#version 330 core
/*
about:  copies a picture into another size
reads:  picture (linear rgb)
writes: rgba16f, linear
*/
uniform sampler2D picture;

in vec2 uv;
out vec4 color;

void main() {
    color = texture(picture, uv);
}
