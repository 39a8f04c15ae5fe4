"""Meters of the audio thread: one board slot each, counted up over the whole session."""

from enum import IntEnum

from phosphene.engine.rings import board


class Meter(IntEnum):
    CALLBACKS = 0
    UNDERFLOWS = 1  # the device ran dry
    OVERFLOWS = 2  # input was lost before it came here
    STARVED = 3  # frames of silence because the source was late
    UNHEARD = 4  # frames that the analyser missed
    UNTAPED = 5  # frames or events that the take is missing
    POSITION = 6  # frames since the session began
    WORST = 7  # seconds, the slowest callback
    BUSY = 8  # seconds in callbacks, summed
    SETTLED = 9  # serial number of the last plan whose crossfade has ended
    DRIFT = 10  # correction between two devices, parts per million
    BEAT = 11  # heartbeat of the audio process
    DEVICE = 12  # 1 while a loudspeaker plays, 0 while the standby clock keeps time
    REOPENED = 13  # times a lost device was opened again
    SCRUBBED = 14  # samples that were not numbers and became silence
    INPUT_LATENCY = 15  # seconds, as the device says
    OUTPUT_LATENCY = 16
    SOURCE = 17  # frames read from the source; a restarted audio process goes on there
    CAPTURED = 18  # seconds by PortAudio's clock of the last input block of a separate microphone stream
    ASKED = 19  # seconds by PortAudio's clock of the last output callback
    RATE = 20  # samples per second of the session
    MUTED = 21  # genes that failed and are bypassed until the genome changes


def layout():
    return board.layout(len(Meter))


def read_meters(meters):
    """All meters by name, lower case."""
    return {meter.name.lower(): board.get(meters, int(meter)) for meter in Meter}
