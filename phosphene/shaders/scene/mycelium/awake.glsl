/*
about:  how fast the threads live: in silence all of it goes on, slowly
use:    float awake(float level), 1 at a usual level
*/
float awake(float level) {
    return 0.3 + 1.1 * level;
}
