"""What the audio thread tells of itself: one board slot each, counted up for as long as the session lives."""

from enum import IntEnum

from phosphene.engine.rings import board


class Meter(IntEnum):
    CALLBACKS = 0
    UNDERFLOWS = 1  # the device ran dry
    OVERFLOWS = 2  # input was lost before it came here
    STARVED = 3  # frames of silence because the source was late
    UNHEARD = 4  # frames the worker was too late for
    UNTAPED = 5  # frames or events a take is missing
    POSITION = 6  # frames since the session began
    WORST = 7  # seconds, the slowest callback
    BUSY = 8  # seconds in callbacks, summed
    SETTLED = 9  # serial of the plan that plays alone
    DRIFT = 10  # correction between two devices, parts per million
    BEAT = 11  # counted up by the audio process while it is well
    DEVICE = 12  # 1 while a loudspeaker plays, 0 while the standby clock keeps time
    REOPENED = 13  # times a lost device was opened again
    SCRUBBED = 14  # samples that were not numbers and became silence
    INPUT_LATENCY = 15  # seconds, as the device says
    OUTPUT_LATENCY = 16
    SOURCE = 17  # frames read from the source, where a restarted audio process goes on
    CAPTURED = 18  # seconds by PortAudio's clock, when a microphone with a stream of its own last gave sound
    ASKED = 19  # the same, when the loudspeaker last asked for some
    RATE = 20  # samples per second, of all that is stamped
    MUTED = 21  # genes that made no sound and are passed over until the genome changes


def layout():
    return board.layout(len(Meter))


def reading(meters):
    """All meters by name."""
    return {meter.name.lower(): board.get(meters, int(meter)) for meter in Meter}
