/*
about:  numbers between 0 and 1 that look drawn, and hang on two whole numbers alone
use:    vec4 chance(uvec2 key)
*/
vec4 chance(uvec2 key) {
    uvec4 word = key.xyxy * uvec4(0x9E3779B1u, 0x85EBCA77u, 0xC2B2AE3Du, 0x27D4EB2Fu) + uvec4(1u, 2u, 3u, 4u);
    word = (word ^ (word >> 15u)) * 0x2C1B3C6Du + word.yzwx;
    word = (word ^ (word >> 13u)) * 0x297A2D39u + word.zwxy;
    word ^= word >> 16u;
    return vec4(word >> 8u) / 16777216.0;
}
