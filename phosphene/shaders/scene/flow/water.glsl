/*
about: how far the water reaches, in pictures: its walls are out of sight
*/
const float BEYOND = 1.12;
