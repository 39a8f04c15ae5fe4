"""The sheet: all of an archive in one picture, its panels above one axis of time."""

import logging
import warnings
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import BANDS
from phosphene.engine.listening.mel_bands import corners
from phosphene.engine.listening.waveform_overview import drawn
from phosphene.engine.offline.features import npz
from phosphene.engine.offline.features.columns import begun
from phosphene.engine.offline.features.downsample import pooled

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # at its first start it tells of the fonts that it looks for

import matplotlib  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.colors import LinearSegmentedColormap  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea  # noqa: E402
from matplotlib.ticker import MaxNLocator  # noqa: E402

SIZE, DPI = (16.0, 11.5), 120
COLUMNS = 1600  # that are told apart from left to right
CROWDED = 450  # beats, bars or strokes: more would run together
HIGH = 0.82  # of a lane
DEEP = 75.0  # dB below the loudest band, where the picture is dark
LONGEST = 80  # characters of a name

GROUND, PANEL, LINE, DIM, INK = "#0a0b10", "#0f1118", "#262936", "#8b8a96", "#ece7dc"
VIOLET, ROSE, EMBER, AMBER, ICE = "#6654cb", "#a83a86", "#ea6a55", "#ffbd59", "#86d3e3"
GLOW = LinearSegmentedColormap.from_list("glow", [PANEL, "#221b52", "#4b3a9b", ROSE, EMBER, AMBER, "#fff4da"])
TONES = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split()
LANES = {"kick": EMBER, "snare": AMBER, "hat": ICE}
HERTZ = (100, 500, 1_000, 2_000, 5_000, 10_000)
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


class Scene(NamedTuple):
    """What is drawn."""

    path: object  # of the archive
    meta: dict
    seconds: float  # to the end of the last frame
    times: np.ndarray  # seconds at the middle of every column

    def pooled(self, name, ufunc=np.maximum):
        return pooled(self.path, name, COLUMNS, ufunc)


def draw(archive, path, outline, name):
    """Draw an archive, and the outline of its sound, into a PNG; memory stays the same however long it is."""
    meta, frames = npz.meta(archive), npz.length(archive)
    seconds, columns = frames * meta["hop"] / meta["rate"], min(frames, COLUMNS)
    scene = Scene(archive, meta, seconds, (np.arange(columns) + 0.5) * seconds / columns)
    with warnings.catch_warnings(), matplotlib.rc_context(dict(matplotlib.rcParamsDefault, **STYLE)):
        warnings.simplefilter("ignore")  # of signs in a name that no font here has
        figure = Figure(SIZE, DPI)
        FigureCanvasAgg(figure)
        wave, mel, chroma, onsets, drums, beats = figure.subplots(6, sharex=True, gridspec_kw=GRID)
        _name(figure, scene, name)
        _wave(wave, scene, outline)
        _mel(mel, scene)
        _chroma(chroma, scene)
        _onsets(onsets, scene)
        _drums(drums, scene)
        _beats(beats, scene)
        beats.set_xlim(0.0, seconds)
        beats.xaxis.set_major_locator(MaxNLocator(12))
        beats.set_xlabel("seconds", color=DIM)
        figure.savefig(path, format="png")


def _name(figure, scene, name):
    shown = "".join(sign if sign.isprintable() else "�" for sign in name)
    shown = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
    meta = scene.meta
    channels = f"{meta['channels']} channel{'s' * (meta['channels'] != 1)}"
    line = f"{meta['seconds']:.2f} s     {meta['rate']} Hz     {channels}     tempo: {meta['tempo']}"
    figure.text(GRID["left"], 0.952, shown, fontsize=21)
    figure.text(GRID["left"], 0.928, line, color=DIM)
    version = f"phosphene {meta['phosphene']}     analyser {meta['analyser']}"
    figure.text(GRID["right"], 0.928, version, color=DIM, ha="right")


def _title(panel, words, *keys):
    """What a panel shows, and at its right what its colours are."""
    panel.set_title(words, loc="left", fontsize=10.5, pad=5.0)
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


def _wave(panel, scene, outline):
    low, high, stretch = drawn(outline)
    edge = 1.08 * max(np.abs(low).max(), np.abs(high).max()) or 1.0
    times = (np.arange(len(low)) + 0.5) * stretch / scene.meta["rate"]
    rms = 10.0 ** (scene.pooled("rms_db", np.add) / 20.0)
    panel.fill_between(times, low, high, color=VIOLET, linewidth=0.5)
    panel.fill_between(scene.times, -rms, rms, color=ICE, alpha=0.75, linewidth=0.0)
    panel.set_ylim(-edge, edge)
    panel.yaxis.set_major_locator(MaxNLocator(3, symmetric=True))
    _title(panel, "waveform, of full scale", ("peaks", VIOLET), ("RMS", ICE))


def _picture(panel, scene, rows, low, high):
    """Rows from the bottom up, and the scale of their colours beside them."""
    extent = (0.0, scene.seconds, -0.5, rows.shape[1] - 0.5)
    image = panel.imshow(rows.T, GLOW, aspect="auto", origin="lower", extent=extent, vmin=low, vmax=high)
    image.set_interpolation("nearest")
    beside = panel.inset_axes((1.01, 0.0, 0.008, 1.0))
    bar = panel.figure.colorbar(image, beside)
    bar.outline.set_visible(False)
    bar.locator = MaxNLocator(4)


def _mel(panel, scene):
    rows = scene.pooled("mel", np.add)
    top = max(rows.max(), DEEP - 100.0)
    _picture(panel, scene, rows, top - DEEP, top)
    middles = corners(scene.meta["rate"], BANDS)[1:-1]
    ticks = [hertz for hertz in HERTZ if middles[0] <= hertz <= middles[-1]]
    names = [f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz" for hertz in ticks]
    panel.set_yticks(np.interp(ticks, middles, np.arange(BANDS)), names)
    _title(panel, "mel, dB of full scale")


def _chroma(panel, scene):
    rows = scene.pooled("chroma", np.add)
    _picture(panel, scene, rows, 0.0, max(rows.max(), 1e-6))
    panel.set_yticks(np.arange(len(TONES)), TONES, fontsize=8.0)
    _title(panel, "chroma")


def _onsets(panel, scene):
    strength = scene.pooled("onset")
    begun = scene.pooled("onset_events") > 0.5
    panel.fill_between(scene.times, strength, color=VIOLET, linewidth=0.6)
    size = float(np.clip(6_000.0 / max(begun.sum(), 1), 4.0, 22.0))
    panel.scatter(scene.times[begun], strength[begun], size, color=AMBER, linewidth=0.0, zorder=3)
    panel.set_ylim(0.0, 1.15 * max(strength.max(), 1.0))
    panel.yaxis.set_major_locator(MaxNLocator(3))
    count = int(npz.whole(scene.path, "onset_events").sum())
    _title(panel, "onsets, dB that the bands rose by", ("strength", VIOLET), (f"{count} onsets", AMBER))


def _drums(panel, scene):
    for lane, (name, colour) in enumerate(LANES.items()):
        likely = scene.pooled(name)
        hit = likely > 0.0
        panel.axhline(lane, color=LINE, linewidth=0.6)
        if hit.sum() > CROWDED:  # how much of it
            much = scene.pooled(name, np.add)
            panel.fill_between(scene.times, lane, lane + HIGH * much / much.max(), color=colour, linewidth=0.0)
        else:
            wide = float(np.clip(0.35 * COLUMNS / max(hit.sum(), 1), 0.9, 2.4))
            panel.vlines(scene.times[hit], lane, lane + HIGH * likely[hit], color=colour, linewidth=wide)
    panel.set_ylim(-0.1, len(LANES))
    panel.set_yticks(np.arange(len(LANES)) + 0.4, list(LANES))
    panel.tick_params("y", length=0.0)
    _title(panel, "kick, snare and hat, as high as they are likely")


def _beats(panel, scene):
    tempo, sure = scene.pooled("tempo", np.add), scene.pooled("confidence", np.add)
    beats, phase = npz.whole(scene.path, "beats"), npz.whole(scene.path, "bar_phase")
    bars = begun(phase, npz.whole(scene.path, "confidence")) * scene.seconds / len(phase)
    other = panel.twinx()
    other.set_zorder(panel.get_zorder() - 1)
    panel.patch.set_visible(False)
    other.fill_between(scene.times, sure, color=VIOLET, alpha=0.55, linewidth=0.0)
    other.set_ylim(0.0, 1.0)
    other.set_yticks((0.0, 0.5, 1.0))
    panel.plot(scene.times, tempo, color=ICE, linewidth=1.6)
    middle = 0.5 * (tempo.max() + tempo.min())
    reach = max(0.75 * np.ptp(tempo), 0.1 * middle)
    panel.set_ylim(middle - 1.6 * reach, middle + reach)
    panel.yaxis.set_major_locator(MaxNLocator(4))
    for times, height, colour in ((beats, 0.1, AMBER), (bars, 0.2, EMBER)):
        if len(times) <= CROWDED:
            panel.vlines(times, 0.0, height, color=colour, linewidth=1.1, transform=panel.get_xaxis_transform())
    keys = (("tempo", ICE), ("confidence", VIOLET), (f"{len(beats)} beats", AMBER), (f"{len(bars)} bars", EMBER))
    _title(panel, "beats, BPM", *keys)
