"""Plots all arrays of a feature file: panels above one time axis."""

import logging
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.listening.frame import BANDS
from phosphene.engine.listening.mel_bands import band_frequencies
from phosphene.engine.listening.waveform_overview import overview_columns
from phosphene.engine.offline.features import npz
from phosphene.engine.offline.features.columns import bar_starts
from phosphene.engine.offline.features.downsample import downsample

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # at its first start it reports its search for fonts

import matplotlib  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.colors import LinearSegmentedColormap  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea  # noqa: E402
from matplotlib.ticker import MaxNLocator  # noqa: E402

SIZE, DPI = (16.0, 11.5), 120
MAX_COLUMNS = 1600  # drawn from left to right; longer arrays are downsampled
MAX_LINES = 450  # beats, bars or drum strokes; more would run together
STROKE_HEIGHT = 0.82  # of a lane
MEL_RANGE = 75.0  # dB from the loudest band down to black
MAX_NAME_LENGTH = 80  # characters

GROUND, PANEL, LINE, DIM, INK = "#0a0b10", "#0f1118", "#262936", "#8b8a96", "#ece7dc"
VIOLET, ROSE, EMBER, AMBER, ICE = "#6654cb", "#a83a86", "#ea6a55", "#ffbd59", "#86d3e3"
GLOW = LinearSegmentedColormap.from_list("glow", [PANEL, "#221b52", "#4b3a9b", ROSE, EMBER, AMBER, "#fff4da"])
PITCH_CLASSES = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split()
LANES = {"kick": EMBER, "snare": AMBER, "hat": ICE}
MEL_TICKS = (100, 500, 1_000, 2_000, 5_000, 10_000)
STYLE = {
    "font.size": 10.0,
    "text.color": INK,
    "text.parse_math": False,
    "figure.facecolor": GROUND,
    "axes.facecolor": PANEL,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": DIM,
    "ytick.labelcolor": DIM,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
}
GRID = {
    "height_ratios": (1.4, 2.8, 1.7, 0.9, 0.8, 1.4),
    "left": 0.055,
    "right": 0.945,
    "top": 0.885,
    "bottom": 0.06,
    "hspace": 0.32,
}


class PlotData(NamedTuple):
    """The feature file that is plotted, and its time axis."""

    path: Path  # of the .npz
    metadata: dict[str, Any]
    seconds: float  # to the end of the last frame
    times: np.ndarray  # seconds at the middle of every column

    def downsampled(self, name: str, ufunc: np.ufunc = np.maximum) -> np.ndarray:
        """An array, one row per column of the plot."""
        return downsample(self.path, name, MAX_COLUMNS, ufunc)


def plot_features(npz_path: Path, path: Path, outline: Any, name: str) -> None:
    """Plot a feature file to a PNG, in constant memory.

    Parameters
    ----------
    npz_path, path : Path
        The feature file; the PNG.
    outline : Outline
        Of the waveform.
    name : str
        Of the sound file, for the title.
    """
    metadata, frames = npz.read_metadata(npz_path), npz.row_count(npz_path)
    seconds, columns = frames * metadata["hop"] / metadata["rate"], min(frames, MAX_COLUMNS)
    data = PlotData(npz_path, metadata, seconds, (np.arange(columns) + 0.5) * seconds / columns)
    with warnings.catch_warnings(), matplotlib.rc_context(dict(matplotlib.rcParamsDefault, **STYLE)):
        warnings.simplefilter("ignore")  # about characters of the name that no font here has
        figure = Figure(SIZE, DPI)
        FigureCanvasAgg(figure)
        wave, mel, chroma, onsets, drums, beats = figure.subplots(6, sharex=True, gridspec_kw=GRID)
        _draw_title(figure, data, name)
        _plot_wave(wave, data, outline)
        _plot_mel(mel, data)
        _plot_chroma(chroma, data)
        _plot_onsets(onsets, data)
        _plot_drums(drums, data)
        _plot_beats(beats, data)
        beats.set_xlim(0.0, seconds)
        beats.xaxis.set_major_locator(MaxNLocator(12))
        beats.set_xlabel("seconds", color=DIM)
        figure.savefig(path, format="png")


def _draw_title(figure, data, name):
    shown = "".join(sign if sign.isprintable() else "�" for sign in name)
    shown = shown if len(shown) <= MAX_NAME_LENGTH else f"{shown[: MAX_NAME_LENGTH - 1]}…"
    metadata = data.metadata
    channels = f"{metadata['channels']} channel{'s' * (metadata['channels'] != 1)}"
    line = f"{metadata['seconds']:.2f} s     {metadata['rate']} Hz     {channels}     tempo: {metadata['tempo']}"
    figure.text(GRID["left"], 0.952, shown, fontsize=21)
    figure.text(GRID["left"], 0.928, line, color=DIM)
    version = f"phosphene {metadata['phosphene']}     analyser {metadata['analyser']}"
    figure.text(GRID["right"], 0.928, version, color=DIM, ha="right")


def _panel_title(panel, title, *keys):
    """The title of a panel, and at its right the meaning of its colours."""
    panel.set_title(title, loc="left", fontsize=10.5, pad=5.0)
    if keys:
        areas = [TextArea(key, textprops={"color": colour, "fontsize": 9.0}) for key, colour in keys]
        box = AnchoredOffsetbox(
            "lower right",
            child=HPacker(children=areas, pad=0.0, sep=14.0),
            frameon=False,
            pad=0.0,
            borderpad=0.25,
            bbox_to_anchor=(1.0, 1.0),
            bbox_transform=panel.transAxes,
        )
        panel.add_artist(box)


def _plot_wave(panel, data, outline):
    low, high, stretch = overview_columns(outline)
    limit = 1.08 * max(np.abs(low).max(), np.abs(high).max()) or 1.0
    times = (np.arange(len(low)) + 0.5) * stretch / data.metadata["rate"]
    rms = 10.0 ** (data.downsampled("rms_db", np.add) / 20.0)
    panel.fill_between(times, low, high, color=VIOLET, linewidth=0.5)
    panel.fill_between(data.times, -rms, rms, color=ICE, alpha=0.75, linewidth=0.0)
    panel.set_ylim(-limit, limit)
    panel.yaxis.set_major_locator(MaxNLocator(3, symmetric=True))
    _panel_title(panel, "waveform, full scale is 1", ("peaks", VIOLET), ("RMS", ICE))


def _image(panel, data, rows, low, high):
    """Rows as an image, from the bottom up, and its colour scale beside it."""
    extent = (0.0, data.seconds, -0.5, rows.shape[1] - 0.5)
    image = panel.imshow(rows.T, GLOW, aspect="auto", origin="lower", extent=extent, vmin=low, vmax=high)
    image.set_interpolation("nearest")
    scale = panel.inset_axes((1.01, 0.0, 0.008, 1.0))
    bar = panel.figure.colorbar(image, scale)
    bar.outline.set_visible(False)
    bar.locator = MaxNLocator(4)


def _plot_mel(panel, data):
    rows = data.downsampled("mel", np.add)
    top = max(rows.max(), MEL_RANGE - 100.0)
    _image(panel, data, rows, top - MEL_RANGE, top)
    centres = band_frequencies(data.metadata["rate"], BANDS)[1:-1]
    ticks = [hertz for hertz in MEL_TICKS if centres[0] <= hertz <= centres[-1]]
    names = [f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz" for hertz in ticks]
    panel.set_yticks(np.interp(ticks, centres, np.arange(BANDS)), names)
    _panel_title(panel, "mel, dBFS")


def _plot_chroma(panel, data):
    rows = data.downsampled("chroma", np.add)
    _image(panel, data, rows, 0.0, max(rows.max(), 1e-6))
    panel.set_yticks(np.arange(len(PITCH_CLASSES)), PITCH_CLASSES, fontsize=8.0)
    _panel_title(panel, "chroma")


def _plot_onsets(panel, data):
    strength = data.downsampled("onset")
    is_onset = data.downsampled("onset_events") > 0.5
    panel.fill_between(data.times, strength, color=VIOLET, linewidth=0.6)
    size = float(np.clip(6_000.0 / max(is_onset.sum(), 1), 4.0, 22.0))
    panel.scatter(data.times[is_onset], strength[is_onset], size, color=AMBER, linewidth=0.0, zorder=3)
    panel.set_ylim(0.0, 1.15 * max(strength.max(), 1.0))
    panel.yaxis.set_major_locator(MaxNLocator(3))
    count = int(npz.read_array(data.path, "onset_events").sum())
    _panel_title(panel, "onsets: rise of the bands in dB", ("strength", VIOLET), (f"{count} onsets", AMBER))


def _plot_drums(panel, data):
    for lane, (name, colour) in enumerate(LANES.items()):
        strength = data.downsampled(name)
        hit = strength > 0.0
        panel.axhline(lane, color=LINE, linewidth=0.6)
        if hit.sum() > MAX_LINES:  # their density instead
            density = data.downsampled(name, np.add)
            panel.fill_between(
                data.times, lane, lane + STROKE_HEIGHT * density / density.max(), color=colour, linewidth=0.0
            )
        else:
            line_width = float(np.clip(0.35 * MAX_COLUMNS / max(hit.sum(), 1), 0.9, 2.4))
            panel.vlines(
                data.times[hit], lane, lane + STROKE_HEIGHT * strength[hit], color=colour, linewidth=line_width
            )
    panel.set_ylim(-0.1, len(LANES))
    panel.set_yticks(np.arange(len(LANES)) + 0.4, list(LANES))
    panel.tick_params("y", length=0.0)
    _panel_title(panel, "kick, snare and hat: height is likelihood")


def _plot_beats(panel, data):
    tempo, confidence = data.downsampled("tempo", np.add), data.downsampled("confidence", np.add)
    beats, phase = npz.read_array(data.path, "beats"), npz.read_array(data.path, "bar_phase")
    bars = bar_starts(phase, npz.read_array(data.path, "confidence")) * data.seconds / len(phase)
    right_axis = panel.twinx()
    right_axis.set_zorder(panel.get_zorder() - 1)
    panel.patch.set_visible(False)
    right_axis.fill_between(data.times, confidence, color=VIOLET, alpha=0.55, linewidth=0.0)
    right_axis.set_ylim(0.0, 1.0)
    right_axis.set_yticks((0.0, 0.5, 1.0))
    panel.plot(data.times, tempo, color=ICE, linewidth=1.6)
    middle = 0.5 * (tempo.max() + tempo.min())
    reach = max(0.75 * np.ptp(tempo), 0.1 * middle)
    panel.set_ylim(middle - 1.6 * reach, middle + reach)
    panel.yaxis.set_major_locator(MaxNLocator(4))
    for times, height, colour in ((beats, 0.1, AMBER), (bars, 0.2, EMBER)):
        if len(times) <= MAX_LINES:
            panel.vlines(times, 0.0, height, color=colour, linewidth=1.1, transform=panel.get_xaxis_transform())
    keys = (("tempo", ICE), ("confidence", VIOLET), (f"{len(beats)} beats", AMBER), (f"{len(bars)} bars", EMBER))
    _panel_title(panel, "beats, BPM", *keys)
