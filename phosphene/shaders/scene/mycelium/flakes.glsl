/*
about:  who is who among the tips of the threads, and where their food lies: a flake for every part of the spectrum, the
        lowest in the middle, laid as seeds in a sunflower that turns with the hour, every other one the other way
use:    vec2 flake(int at, float hour, float lot), its place 0..1; int FLAKES, KINS, one of which holds neighbours
*/
const int FLAKES = 24;
const int KINS = 3;

vec2 flake(int at, float hour, float lot) {
    float turn = 6.2831853 * (0.381966 * float(at) + lot + hour * (at % 2 == 0 ? 5.0 : -4.0));
    return 0.5 + 0.46 * sqrt((float(at) + 0.5) / float(FLAKES)) * vec2(cos(turn), sin(turn));
}
