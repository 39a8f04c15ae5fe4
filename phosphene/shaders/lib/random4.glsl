/*
about:  four pseudo-random numbers, 0..1, hashed from two integers
use:    vec4 random4(uvec2 key)
*/
vec4 random4(uvec2 key) {
    uvec4 word = key.xyxy * uvec4(0x9E3779B1u, 0x85EBCA77u, 0xC2B2AE3Du, 0x27D4EB2Fu) + uvec4(1u, 2u, 3u, 4u);
    word = (word ^ (word >> 15u)) * 0x2C1B3C6Du + word.yzwx;
    word = (word ^ (word >> 13u)) * 0x297A2D39u + word.zwxy;
    word ^= word >> 16u;
    return vec4(word >> 8u) / 16777216.0;
}
