/*
about:  how a photo lies in the picture, undistorted
use:    vec2 framing(vec2 at, float ratio, float fit), from the centre of the picture to that of the photo, in parts of
        each; ratio is the picture's aspect in the photo's; fit 0 covers, 1 contains
*/
vec2 framing(vec2 at, float ratio, float fit) {
    vec2 cover = vec2(min(ratio, 1.0), min(1.0 / ratio, 1.0)), contain = vec2(max(ratio, 1.0), max(1.0 / ratio, 1.0));
    return at * mix(cover, contain, fit);
}
