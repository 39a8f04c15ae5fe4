/*
about:  whether a field of view has had its three flashes in a second; what rises with the third one but a little
        later belongs to it, if it does not do so again. A field: the part of it that rises, and the seconds until
        each flash is forgotten, the latest first
use:    bool late(vec4 field); bool spent(vec4 field, bool again)
*/
const float SECOND = 0.999;   // so that of four flashes, a third apart, the last is in another second
const float TOGETHER = 0.05;  // seconds in which places rise by one flash

bool late(vec4 field) {
    return field.y > SECOND - TOGETHER;
}

bool spent(vec4 field, bool again) {
    return field.w > 0.0 && (again || !late(field));
}
