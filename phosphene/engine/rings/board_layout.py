"""Where every parameter lies on a session's board: the genome's first, then the tempo's, then the picture's.

0                  parameters of the genome, in BANKS banks, one for each plan that may sound at a time
FIRST_TEMPO_SLOT   what a performer sets of the tempo
FIRST_PICTURE_SLOT parameters of all scenes and passes, in two banks: two pictures may be seen at a time
"""

GENES = 16  # in one plan
GENE_PARAMS = 8  # of one gene
BANKS = 3  # the plan that plays, the one whose tail rings on, and the one whose tail is cut off
GENOME_SLOTS = BANKS * GENES * GENE_PARAMS

TEMPO_SLOTS = 6
FIRST_TEMPO_SLOT = GENOME_SLOTS
FIRST_PICTURE_SLOT = FIRST_TEMPO_SLOT + TEMPO_SLOTS


def gene_slot(serial: int, gene: int, param: int) -> int:
    """The slot of a gene's parameter in the plan with a serial number."""
    return ((serial % BANKS) * GENES + gene) * GENE_PARAMS + param


def picture_slot(serial: int, place: int, count: int) -> int:
    """The slot of a parameter in the picture with a serial number; `place` is its slot in the first of two banks.

    `count` is how many parameters all scenes and passes have.
    """
    return place + serial % 2 * count


def board_slots(count: int) -> int:
    """The slots of a whole board, where all scenes and passes have `count` parameters."""
    return FIRST_PICTURE_SLOT + 2 * count
