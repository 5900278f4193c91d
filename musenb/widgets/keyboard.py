"""On-screen keyboard widget, for the mouse, fingers, computer keys or a MIDI keyboard.

It shows what sounds on its clock, records into a score, and shows on its keys how likely each pitch is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import traitlets

from musenb.errors import SettingError
from musenb.score.from_keys import score_from_keys
from musenb.score.note import Score
from musenb.score.quantise import SIXTEENTH, Report
from musenb.score.spelling import spoken_pitch
from musenb.widgets.notes import NoteView
from musenb.widgets.picture import png_bytes
from musenb.widgets.sound import Sounding

BLACK = frozenset({1, 3, 6, 8, 10})
SMALLEST_SHARE = 0.0005
GRIDS = {
    "quarter": Fraction(1), "eighth": Fraction(1, 2), "triplet": Fraction(1, 3), "sixteenth": SIXTEENTH,
    "thirty-second": Fraction(1, 8),
}


class Keyboard(Sounding, NoteView, bundle="keyboard"):
    """Piano keys.

    Parameters
    ----------
    score : Score or None
        The piece whose sounding notes it shows while its clock plays.
    **settings
        `clock`; `low`, `high` (MIDI pitches, at least an octave apart); `octave` (0..8) of the computer's A key;
        `velocity` (1..127); for recording `qpm` (quarters a minute), `beats` (quarters in a bar), `metronome`,
        `count_in` (bars) and `grid` ('quarter', 'eighth', 'triplet', 'sixteenth' or 'thirty-second'), to which a take
        is moved: the last one again when it is changed.
    """

    _MINE: ClassVar = NoteView._MINE | {"engine", "listening", "distribution", "distribution_label", "take", "live"}

    low = traitlets.Int(48, min=0, max=115).tag(sync=True)
    high = traitlets.Int(84, min=12, max=127).tag(sync=True)
    octave = traitlets.Int(4, min=0, max=8, help="of the computer's A key").tag(sync=True, echo_update=False)
    velocity = traitlets.Int(80, min=1, max=127).tag(sync=True, echo_update=False)
    qpm = traitlets.Float(90.0, min=20, max=300, help="quarters a minute").tag(sync=True, echo_update=False)
    beats = traitlets.Int(4, min=1, max=12, help="quarters in a bar").tag(sync=True, echo_update=False)
    metronome = traitlets.Bool(True).tag(sync=True, echo_update=False)
    count_in = traitlets.Int(1, min=0, max=4, help="bars").tag(sync=True, echo_update=False)
    grid = traitlets.Enum(tuple(GRIDS), "sixteenth").tag(sync=True, echo_update=False)
    listening = traitlets.Bool(False, help="Python wants to hear of every key").tag(sync=True)
    distribution = traitlets.List(help="pitches and their shares").tag(sync=True)
    distribution_label = traitlets.Unicode().tag(sync=True)
    take = traitlets.List(help="the notes that were recorded last").tag(sync=True)
    live = traitlets.Bool(True, help="False on a page without kernel, where nothing can be recorded").tag(sync=True)

    def __init__(self, score: Score | None = None, **settings: Any) -> None:
        self.recording: Score | None = None
        self.report: Report | None = None
        self._taken: Mapping[str, Any] | None = None
        self._on_recorded: list[Callable[[Score], object]] = []
        self._on_played: list[Callable[[int, int, bool], object]] = []
        super().__init__(score, **settings)
        if self.high - self.low < 12:
            raise SettingError(f"keys from {self.low} to {self.high}: at least an octave")
        self.observe(self.guarded(lambda _: self._taken and self._record(self._taken)), "grid")

    # What it plays into Python

    def on_recorded(self, function: Callable[[Score], object]) -> Callable[[], None]:
        """Call with every take, moved to the grid, and with the last one when the grid is changed; return what ends it.

        It may be called in any thread; what it raises is shown in the cell.
        """
        self._on_recorded.append(function)
        return lambda: self._on_recorded.remove(function)

    def on_played(self, function: Callable[[int, int, bool], object]) -> Callable[[], None]:
        """Call with pitch, velocity and whether the key went down, for every key; return a function that ends it."""
        self._on_played.append(function)
        self.listening = True

        def end() -> None:
            self._on_played.remove(function)
            self.listening = bool(self._on_played)

        return end

    def on_message(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """Take a recording, or a key."""
        if message["kind"] == "recorded":
            self._record(message)
        elif message["kind"] == "played":
            for function in [*self._on_played]:
                function(int(message["pitch"]), int(message["velocity"]), bool(message["down"]))
        else:
            super().on_message(message, buffers)

    def _record(self, message: Mapping[str, Any]) -> None:
        metre = (int(message["beats"]), 4)
        presses = [tuple(press) for press in message["presses"]]
        done = score_from_keys(
            presses,
            qpm=float(message["qpm"]),
            metre=metre,
            grid=GRIDS[self.grid],
        )
        score = done.score
        self.recording, self.report, self._taken = score, done.report, message
        self.take = [
            [float(note.onset), float(note.duration), note.pitch, note.velocity]
            for note in score.voices[0].notes
        ]
        self.refresh_description()
        for function in [*self._on_recorded]:
            function(score)

    # What it shows

    def page_state(self, *, edition: int = 1) -> dict[str, Any]:
        """Return the state of keys that sound and record nothing."""
        return super().page_state(edition=edition) | {"live": False, "take": []}

    def show_distribution(
        self,
        shares: Mapping[int, float] | Sequence[float] | None,
        *,
        label: str = "",
    ) -> None:
        """Show how likely each pitch is, as bars on the keys; None takes them away.

        Parameters
        ----------
        shares : mapping of pitch to share, or 128 shares
            0..1, together at most 1; what is missing is said to go elsewhere (a rest, a hold, another voice).
        label : str
            What they are, such as 'alto, beat 3'.

        Raises
        ------
        SettingError
            A pitch is outside 0..127, or the shares are none.
        """
        self.distribution = [] if shares is None else _checked(shares)
        self.distribution_label = "" if shares is None else label
        self.refresh_description()

    def describe(self) -> str:
        """Return the range of the keys, the likeliest pitches, and what was recorded."""
        key = self.first_key
        text = f"Keyboard from {spoken_pitch(self.low, key)} to {spoken_pitch(self.high, key)}."
        if self.distribution:
            ranked = sorted(self._probabilities().items(), key=lambda pair: -pair[1])
            best = ranked[:5]
            said = ", ".join(f"{spoken_pitch(pitch, key)} {100 * share:.0f} %" for pitch, share in best)
            text += f" {self.distribution_label or 'Likely'}: {said}."
        if self.take:
            text += f" Recorded: {len(self.take)} note{'' if len(self.take) == 1 else 's'}."
        return text

    def _probabilities(self) -> dict[int, float]:
        return {int(pitch): float(probability) for pitch, probability in self.distribution}

    def picture(self) -> tuple[str, bytes] | None:
        """Return the keys as PNG, with the bars of the distribution."""
        return "image/png", keys_png(self.low, self.high, self._probabilities())


def _checked(shares: Mapping[int, float] | Sequence[float]) -> list[list[float]]:
    pairs = list(shares.items()) if isinstance(shares, Mapping) else list(enumerate(shares))
    total = 0.0
    for pitch, share in pairs:
        if not (int(pitch) == pitch and 0 <= pitch <= 127):
            raise SettingError(f"a distribution over pitches names {pitch}: pitches are 0..127")
        if not 0 <= float(share) <= 1:
            raise SettingError(f"the share of pitch {pitch} is {share}: shares are 0..1")
        total += float(share)
    if total > 1.001:
        raise SettingError(f"the shares sum to {total:.4g}: together at most 1")
    return [[int(pitch), float(share)] for pitch, share in pairs if share >= SMALLEST_SHARE]


def keys_png(
    low: int,
    high: int,
    shares: Mapping[int, float],
    width: int = 14,
    height: int = 80,
) -> bytes:
    """Return keys as PNG: `width` pixels a semitone, bars for shares from the bottom up."""
    pitches = range(low, high + 1)
    pixels = np.full((height, len(pitches) * width, 3), 255, np.uint8)
    for place, pitch in enumerate(pitches):
        left, right = place * width, (place + 1) * width
        if pitch % 12 in BLACK:
            pixels[: height * 6 // 10, left + 1 : right - 1] = 40
        pixels[:, left : left + 1] = 200
        bar = round(height * shares.get(pitch, 0.0))
        if bar:
            pixels[height - bar :, left + 3 : right - 3] = (0, 114, 178)
    return png_bytes(pixels)
