"""Note origin: given by the user, or written by a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a note came from.

    Parameters
    ----------
    model : str
        Name of the model that generated the note; empty for a note that the user gave.
    seed : int or None
        Seed of the run that generated it.
    settings : tuple of (str, str)
        Sampler settings of that run, sorted by name.
    """

    model: str = ""
    seed: int | None = None
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def generated(self) -> bool:
        """True for a note that a model wrote."""
        return bool(self.model)


GIVEN = Origin()
