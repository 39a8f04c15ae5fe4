/*
about:  the species of the agents, and the positions of their food: one flake per part of the spectrum, the lowest in
        the middle, arranged like sunflower seeds; even and odd flakes rotate in opposite directions with the hour
use:    vec2 flake(int at, float hour, float phase), position 0..1; int FLAKES, SPECIES: neighbouring flakes belong to
        one species
*/
const int FLAKES = 24;
const int SPECIES = 3;

vec2 flake(int at, float hour, float phase) {
    float turn = 6.2831853 * (0.381966 * float(at) + phase + hour * (at % 2 == 0 ? 5.0 : -4.0));
    return 0.5 + 0.46 * sqrt((float(at) + 0.5) / float(FLAKES)) * vec2(cos(turn), sin(turn));
}
