/*
about:  a sine within 0.001, by two parabolas: a tenth of what the exact one costs where it is asked for in every pixel
use:    float swing(float turn), -1..1, a turn to a period
*/
float swing(float turn) {
    float part = turn - floor(turn + 0.5), sine = part * (8.0 - 16.0 * abs(part));
    return sine * (0.775 + 0.225 * abs(sine));
}
