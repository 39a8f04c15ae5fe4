"""Publishes the current preset to the other processes: its parameters, its genome and its look."""

import json

from phosphene.engine.audio.meters import Meter
from phosphene.engine.presets.model import Preset
from phosphene.engine.rings import Segment
from phosphene.engine.rings.board import get
from phosphene.engine.rings.mailbox import post_text
from phosphene.engine.session.parameters import ParameterStore, preset_parameters
from phosphene.engine.visuals.window.frame_stats import FrameStat


class PresetPublisher:
    """Writes presets to the shared memory of a session.

    Genome and look have a serial number each. The audio and the visual process crossfade to a new number; under the
    same number they only update parameters and rows of the matrix.

    Parameters
    ----------
    segment : Segment
        The session's.
    preset : Preset
        Published at once.
    name : str
        What the preset is called.
    """

    def __init__(self, segment: Segment, preset: Preset, name: str) -> None:
        self.segment, self.preset, self.name = segment, preset, name
        self.genome_serial = self.look_serial = 0
        self.parameters = ParameterStore(segment["params"])
        self._publish_sound(preset, new_genome=True)

    def play(self, preset: Preset, name: str | None = None, *, look_was_rejected: bool = False) -> None:
        """Change to another preset: parameters glide, the matrix changes, a new genome or look is faded in.

        The look is a new one if the preset has another name, scene or passes.

        Parameters
        ----------
        name : str, optional
            The name so far where it is not given.
        look_was_rejected : bool
            Whether the visual process could not draw the look published last. The look before it is visible then and
            keeps its half of the board, so the new one takes the other half.
        """
        name = name or self.name
        if name != self.name or preset.picture_key() != self.preset.picture_key():
            self.look_serial += 2 if look_was_rejected else 1
        self.name = name
        self._publish_sound(preset, new_genome=_ops(preset) != _ops(self.preset))
        self.preset = preset
        self.post_look()

    def _publish_sound(self, preset: Preset, *, new_genome: bool) -> None:
        self.genome_serial += new_genome
        parameters = preset_parameters(preset, self.genome_serial, self.look_serial)
        self.parameters.apply_preset(parameters, preset.modulation())
        self.post_genome(preset)

    def post_genome(self, preset: Preset | None = None) -> None:
        """Post the genome of a preset, by default the current one, with what a take records of it."""
        preset = preset or self.preset
        message = {
            "serial": self.genome_serial,
            "look": self.look_serial,
            "genome": preset.active_genes(),
            "modulation": preset.modulation(),
            "preset": {**preset.to_dict(), "about": ""},
        }
        post_text(self.segment["genome"], json.dumps(message))

    def post_look(self) -> None:
        post_text(self.segment["look"], json.dumps(self.preset.to_look(self.look_serial, self.name)))

    def is_settled(self, *, with_picture: bool) -> bool:
        """True when the last genome plays alone and, `with_picture`, the last look is shown alone.

        Only then may the next preset come.
        """
        if get(self.segment["meters"], int(Meter.SETTLED)) != self.genome_serial:
            return False
        return not with_picture or get(self.segment["frame_stats"], int(FrameStat.SETTLED)) == self.look_serial


def _ops(preset: Preset) -> list[str]:
    return [op for op, _ in preset.active_genes()]
