/*
about:  speed of the threads' life; in silence it goes on slowly
use:    float activity(float level), 1 at a usual level
*/
float activity(float level) {
    return 0.3 + 1.1 * level;
}
