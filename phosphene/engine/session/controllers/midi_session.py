"""MIDI in a session: devices, their mapping, and MIDI learn."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from phosphene.engine.common.atomic_files import check_writable, write_text
from phosphene.engine.common.errors import PhospheneError, UsageError, nearest
from phosphene.engine.common.file_watch import FileWatch
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.session.controllers.controller import Events, KeyPress, SessionAccess
from phosphene.engine.session.controllers.midi_learn import LEARN_KEY_NAMES, MidiLearner
from phosphene.engine.session.controllers.midi_mapping import KEYS, MappingRow, MidiMapping, load_mapping
from phosphene.engine.session.controllers.midi_messages import MidiEvent, MidiParser
from phosphene.engine.session.controllers.midi_pickup import MappedControls
from phosphene.engine.session.controllers.midi_ports import MidiPorts

DEFAULT_FILE = Path("controllers.yaml")


class MidiSession:
    """A Controller. Reads the mapping at first and whenever it is edited; writes it when something is learnt.

    Parameters
    ----------
    wanted : str
        Part of the devices' names; empty for all devices.
    file : Path, optional
        The mapping, which need not exist yet.

    Raises
    ------
    UsageError
        If the mapping has faults or cannot be written.
    """

    name = "midi"

    def __init__(self, wanted: str, file: Path | None = None) -> None:
        self.file = file or DEFAULT_FILE
        if file:
            check_writable(file, overwrite=True)
        self.mapping = load_mapping(self.file) if self.file.exists() else MidiMapping()
        self.watch, self.ports = FileWatch(self.file), MidiPorts(wanted)
        self.parsers: dict[str, MidiParser] = {}  # by port
        self.new_notices: list[str] = []
        self.processed = self.malformed = 0
        self.file_has_faults = False

    def connect(self, session: SessionAccess) -> None:
        self.parameters = session.parameters
        self.learner = MidiLearner(session.parameters, session.is_used)
        self.controls = MappedControls(session.parameters)
        self._load(self.mapping)

    def poll(self) -> Events:
        """Move parameters by the messages that came since the last call."""
        presses: list[KeyPress] = []
        messages = self.ports.messages
        for _ in range(len(messages)):
            moment, port, raw = messages.popleft()
            self.processed += 1
            try:
                events = self._parser(port).parse(moment, raw)
            except ValueError:
                self.malformed += 1
                continue
            presses += self._apply(events)
        now = time.perf_counter()
        for parser in self.parsers.values():
            presses += self._apply(parser.flush(now))
        return Events(presses)

    def _parser(self, port: str) -> MidiParser:
        return self.parsers.get(port) or self.parsers.setdefault(port, MidiParser(port))

    def _apply(self, events: Iterable[MidiEvent]) -> Iterator[KeyPress]:
        for event in events:
            helps_learning = any(control.row.to in LEARN_KEY_NAMES for control in self.controls.matching(event))
            if self.learner.is_on and not helps_learning:
                self._learn(self.learner.add_event(event))
            for key in self.controls.apply(event, self.learner.allows):
                yield KeyPress(event.moment, key)

    def parameter_moved(self, name: str) -> None:
        if self.learner.is_on:
            self._learn(self.learner.parameter_moved(name))

    def notices(self) -> list[str]:
        """Reload the mapping if its file has changed; returns new lines for the user."""
        if self.watch.changed():
            self._reload()
        while self.ports.notices:
            self.new_notices.append(self.ports.notices.popleft())
        notices, self.new_notices = self.new_notices, []
        return notices

    def _reload(self) -> None:
        try:
            self._load(load_mapping(self.file))
            self.file_has_faults = False
            self.new_notices.append(f"{self.file}: reloaded")
        except UsageError as fault:
            self.file_has_faults = True
            self.new_notices += [f"{line}; the old mapping stays" for line in str(fault).splitlines()]

    def toggle_learning(self) -> None:
        self.learner.toggle()

    def choose(self, step: int) -> None:
        self.learner.choose(step)

    def choose_section(self, step: int) -> None:
        self.learner.choose_section(step)

    @property
    def prompt(self) -> str | None:
        return self.learner.prompt

    def unmap(self) -> str:
        name = self.learner.chosen
        if not name:
            return "unmap: choose a parameter first (m, then .)"
        self._save(self.mapping.without_target(name))
        return f"no control moves {name} any more"

    def report(self) -> dict[str, Any]:
        return {
            "devices": self.ports.names,
            "messages": self.ports.received,
            "malformed": self.malformed,
            "dropped": self.ports.received - self.processed - len(self.ports.messages),
        }

    def close(self) -> None:
        self.ports.close()

    def _learn(self, row: MappingRow | None) -> None:
        if row:
            self.new_notices.append(f"{row.control} moves {row.to}")
            self._save(self.mapping.with_row(row))

    def _save(self, mapping: MidiMapping) -> None:
        self.mapping = mapping
        self.controls.load(mapping)
        if self.file_has_faults:
            self.new_notices.append(f"{self.file}: has faults; what is learnt is not saved until they are corrected")
            return
        try:
            write_text(self.file, mapping.to_yaml())
        except PhospheneError as fault:
            self.new_notices.append(f"{fault}; what is learnt works until the session ends")
        self.watch.changed()

    def _load(self, mapping: MidiMapping) -> None:
        self.mapping = mapping
        self.controls.load(mapping)
        names = [*self.parameters.by_name, *(f"{KEYS}.{name}" for name in CHARACTERS)]
        for name in dict.fromkeys(row.to for row in mapping.controllers if row.to not in names):
            self.new_notices.append(f"{self.file}: no parameter {name} in this preset{nearest(name, names)}")
