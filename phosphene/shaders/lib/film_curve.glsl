/*
about:  tone curve of a film
use:    vec3 film_curve(vec3 root, float tone); root is the square root of light, 0..1, close to how files store it;
        tone is 0 linear, 1 filmlog, 2 punch, 3 pastel
*/
vec3 film_curve(vec3 root, float tone) {
    if (tone < 0.5) {
        return root;
    } else if (tone < 1.5) {
        return log(1.0 + 5.0 * root) / log(6.0);
    } else if (tone < 2.5) {
        return 0.95 * pow(root, vec3(0.85)) + 0.05 * root;
    }
    return 0.9 * pow(root, vec3(1.25)) + 0.1;
}
