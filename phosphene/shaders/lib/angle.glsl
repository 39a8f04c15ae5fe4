/*
about:  angle of a point seen from the origin, exact to 0.0001
use:    float angle(vec2 at), -pi..pi
*/
float angle(vec2 at) {
    vec2 size = abs(at);
    float slope = min(size.x, size.y) / max(max(size.x, size.y), 1e-6);
    float square = slope * slope;
    float turn = slope * (0.99921390 + square * (-0.32117475 + square * (0.14626335 - 0.03898570 * square)));
    turn = size.y > size.x ? 1.5707963 - turn : turn;
    turn = at.x < 0.0 ? 3.1415927 - turn : turn;
    return at.y < 0.0 ? -turn : turn;
}
