"""MidiSession: all that is connected by MIDI, at work on the desk."""

import time
from pathlib import Path

from phosphene.engine.common.atomic_files import check_writable, write_text
from phosphene.engine.common.errors import PhospheneError, UsageError, nearest
from phosphene.engine.common.file_watch import FileWatch
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.session.controllers.midi_learn import AIDS, MidiLearner
from phosphene.engine.session.controllers.midi_mapping import KEYS, MidiMapping, load_mapping
from phosphene.engine.session.controllers.midi_messages import MidiParser
from phosphene.engine.session.controllers.midi_pickup import MappedControls
from phosphene.engine.session.controllers.midi_ports import MidiPorts

USUAL = Path("controllers.yaml")  # where what is learnt is kept


class MidiSession:
    """Reads the mapping at first, and whenever it is edited; writes it when something is learnt.

    Parameters
    ----------
    wanted : str
        A part of the devices' names; empty for all.
    file : Path, optional
        The mapping's, which need not be there yet.

    Raises
    ------
    UsageError
        If the mapping has faults, or could not be written.
    """

    def __init__(self, wanted, file=None):
        self.file = file or USUAL
        if file:
            check_writable(file, overwrite=True)
        self.mapping = load_mapping(self.file) if self.file.exists() else MidiMapping()
        self.watch, self.ports = FileWatch(self.file), MidiPorts(wanted)
        self.devices, self.notices = {}, []
        self.taken, self.malformed, self.faulty = 0, 0, False

    def join(self, desk, plays=lambda name: True):
        """Work on a desk from now on; what is offered to be learnt is what `plays(name)`."""
        self.desk, self.learner, self.knobs = desk, MidiLearner(desk, plays), MappedControls(desk)
        self._lay(self.mapping)

    def heed(self):
        """Do what was said since the last time; gives (moment, word) of the keys that were pressed."""
        pressed, inbox = [], self.ports.inbox
        for _ in range(len(inbox)):
            moment, port, raw = inbox.popleft()
            self.taken += 1
            try:
                said = self._device(port).hear(moment, raw)
            except ValueError:
                self.malformed += 1
                continue
            pressed += self._take(said)
        now = time.perf_counter()
        for device in self.devices.values():
            pressed += self._take(device.rest(now))
        return pressed

    def look(self):
        """Gives what there is to tell the user."""
        if self.watch.changed():
            self._read()
        while self.ports.notices:
            self.notices.append(self.ports.notices.popleft())
        notices, self.notices = self.notices, []
        return notices

    def _read(self):
        try:
            self._lay(load_mapping(self.file))
            self.faulty = False
            self.notices.append(f"{self.file}: read anew")
        except UsageError as fault:
            self.faulty = True
            self.notices += [f"{line}; the old one stays" for line in str(fault).splitlines()]

    def touch(self, name):
        """Another controller moved a parameter."""
        if self.learner.on:
            self._keep(self.learner.touch(name))

    def forget(self):
        """Gives a line to say."""
        name = self.learner.chosen
        if not name:
            return "forget: choose a parameter first, by m and ."
        self._save(self.mapping.without(name))
        return f"nothing moves {name} any more"

    def close(self):
        self.ports.close()

    def report(self):
        return {
            "devices": self.ports.names,
            "messages": self.ports.came,
            "malformed": self.malformed,
            "dropped": self.ports.came - self.taken - len(self.ports.inbox),
        }

    def _device(self, port):
        return self.devices.get(port) or self.devices.setdefault(port, MidiParser(port))

    def _take(self, said):
        for each in said:
            if self.learner.on and not any(knob.row.to in AIDS for knob in self.knobs.hearing(each)):
                self._keep(self.learner.hear(each))
            for word in self.knobs.take(each, self.learner.lets):
                yield each.moment, word

    def _keep(self, row):
        if row:
            self.notices.append(f"{getattr(row, 'from')} moves {row.to}")
            self._save(self.mapping.learnt(row))

    def _save(self, mapping):
        self.mapping = mapping
        self.knobs.lay(mapping)
        if self.faulty:
            self.notices.append(f"{self.file}: has faults; what is learnt is kept until the end, or until it is mended")
            return
        try:
            write_text(self.file, mapping.text())
        except PhospheneError as fault:
            self.notices.append(f"{fault}; it is kept until the end")
        self.watch.changed()

    def _lay(self, mapping):
        self.mapping = mapping
        self.knobs.lay(mapping)
        names = [*self.desk.controls, *(f"{KEYS}.{word}" for word in CHARACTERS)]
        for name in dict.fromkeys(row.to for row in mapping.controllers if row.to not in names):
            self.notices.append(f"{self.file}: there is no {name} in this preset{nearest(name, names)}")
