/*
about:  the angle of a point as seen from the origin, within 0.0001
use:    float angle(vec2 at), -pi..pi
*/
float angle(vec2 at) {
    vec2 far = abs(at);
    float slope = min(far.x, far.y) / max(max(far.x, far.y), 1e-6);
    float square = slope * slope;
    float turn = slope * (0.99921390 + square * (-0.32117475 + square * (0.14626335 - 0.03898570 * square)));
    turn = far.y > far.x ? 1.5707963 - turn : turn;
    turn = at.x < 0.0 ? 3.1415927 - turn : turn;
    return at.y < 0.0 ? -turn : turn;
}
