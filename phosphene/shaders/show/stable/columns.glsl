/*
about:  the number of columns that a picture is summed in: enough to keep every core of a processor or card busy
*/
const int COLUMNS = 128;
