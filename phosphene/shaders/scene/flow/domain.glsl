/*
about: size of the water in pictures; its walls lie outside the visible part
*/
const float DOMAIN = 1.12;
