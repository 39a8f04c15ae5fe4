/*
about:  fits a photo into the picture without distortion
use:    vec2 fit_media(vec2 at, float ratio, float fit): maps an offset from the centre of the picture to one from the
        centre of the photo, in parts of each; ratio is the picture's aspect over the photo's; fit 0 covers, 1 contains
*/
vec2 fit_media(vec2 at, float ratio, float fit) {
    vec2 cover = vec2(min(ratio, 1.0), min(1.0 / ratio, 1.0)), contain = vec2(max(ratio, 1.0), max(1.0 / ratio, 1.0));
    return at * mix(cover, contain, fit);
}
