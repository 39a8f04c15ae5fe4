"""The native callback: PortAudio calls it by address, on a thread that never takes the interpreter lock."""

from typing import NamedTuple

import numpy as np
from numba import typeof, types

from phosphene.engine.audio import meters
from phosphene.engine.audio.core import BLOCK, CHANNELS
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.param_intake import count
from phosphene.engine.native import (
    ULONG,
    address_of,
    aligned_zeros,
    audio_at,
    call_fill,
    descriptor_reader,
    kernel,
    load_float64,
    native_function,
    pointer_to_int,
    stream_time,
)
from phosphene.engine.rings import allocate, board, ring, timeline
from phosphene.engine.rings.board import Board, get, put
from phosphene.engine.rings.ring import Ring
from phosphene.engine.rings.timeline import Timeline

INPUT_OVERFLOW, OUTPUT_UNDERFLOW = 2, 4  # PortAudio's flags
CONTINUE = 0  # PortAudio's result
LATENCY_AVERAGING = 0.02  # weight of a new reading of the latency: averages about fifty blocks
ADC_TIME, NOW, DAC_TIME = 0, 1, 2  # words of PaStreamCallbackTimeInfo
SIGNATURE = types.int32(types.voidptr, types.voidptr, ULONG, types.voidptr, ULONG, types.voidptr)

CALLBACKS, UNDERFLOWS, OVERFLOWS = int(Meter.CALLBACKS), int(Meter.UNDERFLOWS), int(Meter.OVERFLOWS)
POSITION, WORST, BUSY = int(Meter.POSITION), int(Meter.WORST), int(Meter.BUSY)
INPUT_LATENCY, OUTPUT_LATENCY = int(Meter.INPUT_LATENCY), int(Meter.OUTPUT_LATENCY)
STARVED, SOURCE = int(Meter.STARVED), int(Meter.SOURCE)
CAPTURED, ASKED = int(Meter.CAPTURED), int(Meter.ASKED)


class CallbackState(NamedTuple):
    """The state behind the user pointer of a callback."""

    player: np.ndarray  # (2,) int64: address of the function that plays a block, and of its state
    filler: np.ndarray  # (2,) int64: the same for the function that fills it first; 0 where the device's input does
    stream: np.ndarray  # (2,) int64: address of PortAudio's clock, and the stream
    channels: np.ndarray  # (2,) int64: the device's, in and out
    offset: Board  # [0] seconds by which `time.perf_counter()` is ahead of PortAudio's clock
    capture: Ring  # sound of a microphone that has a stream of its own
    clock: Timeline  # (sample, time at which it is audible, time of writing), by perf_counter
    block: np.ndarray  # (BLOCK, CHANNELS) float32
    stamp: np.ndarray  # (3,)
    meters: Board


def make_callback_state(player, filler, inputs, outputs, capture, clock, meters):
    """The state for a player and a filler, each (address, address of its state), and a device's channels."""
    pairs = [aligned_zeros((2,), np.int64) for _ in range(4)]
    pairs[0][:], pairs[1][:], pairs[3][:] = player, filler, (inputs, outputs)
    return CallbackState(
        player=pairs[0],
        filler=pairs[1],
        stream=pairs[2],
        channels=pairs[3],
        offset=allocate(board.layout(1)),
        capture=capture,
        clock=clock,
        block=aligned_zeros((BLOCK, CHANNELS), np.float32),
        stamp=np.zeros(3),
        meters=meters,
    )


_nothing = (0, 0), (0, 0), 0, 0
_rings = allocate(ring.layout(2, CHANNELS)), allocate(timeline.layout(2, 3)), allocate(meters.layout())
read_callback_state = descriptor_reader(typeof(make_callback_state(*_nothing, *_rings)))


@kernel
def read_input(input_address, inputs, frames, start, block):
    """Copy the device's channels to a stereo block: mono to both sides, of many the first two."""
    sound = audio_at(input_address, frames, inputs)
    for n in range(block.shape[0]):
        for c in range(CHANNELS):
            block[n, c] = sound[start + n, min(c, inputs - 1)]


@kernel
def write_output(block, output_address, outputs, frames, start):
    """Copy a stereo block to the device's channels: mono gets the mean, of many the first two sound."""
    sound = audio_at(output_address, frames, outputs)
    for n in range(block.shape[0]):
        if outputs == 1:
            sound[start + n, 0] = 0.5 * (block[n, 0] + block[n, 1])
        else:
            for c in range(outputs):
                sound[start + n, c] = block[n, c] if c < CHANNELS else 0.0


@kernel
def fill_block(device, input_address, frames, start, block):
    """Fill a block from the device or the filler. Missing frames are silent and counted."""
    if device.filler[0] == 0:
        read_input(input_address, device.channels[0], frames, start, block)
        return
    frames_read = call_fill(device.filler[0], device.filler[1], address_of(block), block.shape[0])
    count(device.meters, SOURCE, float(frames_read))
    count(device.meters, STARVED, float(block.shape[0] - frames_read))
    for n in range(frames_read, block.shape[0]):
        for c in range(CHANNELS):
            block[n, c] = 0.0


@kernel
def average_latency(device, meter, seconds):
    """Average the latency that the device reports, which differs from block to block."""
    before = get(device.meters, meter)
    put(device.meters, meter, seconds if before == 0.0 else before + LATENCY_AVERAGING * (seconds - before))


@native_function(SIGNATURE)
def output_callback(input_address, output_address, frames, times, flags, state):
    """For an output stream, or one for input and output."""
    device = read_callback_state(pointer_to_int(state))
    started = stream_time(device.stream[0], device.stream[1])
    put(device.meters, ASKED, started)
    offset = get(device.offset, 0)
    device.stamp[0] = get(device.meters, POSITION)
    device.stamp[1] = load_float64(pointer_to_int(times), DAC_TIME) + offset
    device.stamp[2] = started + offset
    timeline.publish(device.clock, device.stamp)
    if device.filler[0] == 0:
        average_latency(
            device,
            INPUT_LATENCY,
            load_float64(pointer_to_int(times), NOW) - load_float64(pointer_to_int(times), ADC_TIME),
        )
        count(device.meters, OVERFLOWS, 1.0 if flags & INPUT_OVERFLOW else 0.0)
    average_latency(
        device, OUTPUT_LATENCY, load_float64(pointer_to_int(times), DAC_TIME) - load_float64(pointer_to_int(times), NOW)
    )
    start, total = 0, int(frames)
    while start < total:
        block = device.block[: min(BLOCK, total - start)]
        fill_block(device, pointer_to_int(input_address), total, start, block)
        call_fill(device.player[0], device.player[1], address_of(block), block.shape[0])
        write_output(block, pointer_to_int(output_address), device.channels[1], total, start)
        start += block.shape[0]
    count(device.meters, CALLBACKS, 1.0)
    count(device.meters, UNDERFLOWS, 1.0 if flags & OUTPUT_UNDERFLOW else 0.0)
    spent = stream_time(device.stream[0], device.stream[1]) - started
    count(device.meters, BUSY, spent)
    put(device.meters, WORST, max(get(device.meters, WORST), spent))
    return CONTINUE


@native_function(SIGNATURE)
def input_callback(input_address, output_address, frames, times, flags, state):
    """For a microphone with a stream of its own: its sound goes to the capture ring."""
    device = read_callback_state(pointer_to_int(state))
    average_latency(
        device, INPUT_LATENCY, load_float64(pointer_to_int(times), NOW) - load_float64(pointer_to_int(times), ADC_TIME)
    )
    start, total, frames_kept = 0, int(frames), 0
    while start < total:
        block = device.block[: min(BLOCK, total - start)]
        read_input(pointer_to_int(input_address), device.channels[0], total, start, block)
        frames_kept += ring.push(device.capture, block)
        start += block.shape[0]
    put(device.meters, CAPTURED, stream_time(device.stream[0], device.stream[1]))
    count(device.meters, OVERFLOWS, 1.0 if flags & INPUT_OVERFLOW or frames_kept < total else 0.0)
    return CONTINUE
