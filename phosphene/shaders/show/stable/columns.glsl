/*
about:  in how many columns a picture is added up: enough for every core of a processor or card to have some
*/
const int COLUMNS = 128;
