"""The errors that musenb raises for what a user handed in.

Each child also inherits the built-in exception it refines, so that code written for the built-in keeps working. A
message names the value, what is allowed and where the value came from.
"""


class MusenbError(Exception):
    """Base of every error that musenb raises on purpose."""


class ScoreError(MusenbError, ValueError):
    """A note, voice or score breaks a rule of the score layer."""


class LoadError(MusenbError, ValueError):
    """A file could not be read as music.

    Parameters
    ----------
    kind : str
        The cause: 'missing', 'empty', 'suffix', 'size', 'format', 'content', 'limit', 'timeout' or 'crash'.
    text : str
        What is wrong, with the value and the place.
    hint : str
        What the user can do; empty when there is nothing to add.
    """

    def __init__(self, kind: str, text: str, hint: str = "") -> None:
        super().__init__(f"{text} ({hint})" if hint else text)
        self.kind, self.text, self.hint = kind, text, hint


class SaveError(MusenbError, OSError):
    """A result could not be written; what stood at the path before is unchanged."""


class TokenError(MusenbError, ValueError):
    """A score does not fit the representation, or a token sequence breaks its grammar."""


class ModelError(MusenbError, ValueError):
    """A model is unknown, or was asked for something outside its shapes."""


class WeightsError(MusenbError, ValueError):
    """A checkpoint is missing, damaged or does not belong to the model."""


class PolyphonyError(ScoreError, TokenError):
    """More notes sound together, or more voices, than the representation has lines."""


class SettingError(MusenbError, ValueError):
    """A setting such as temperature, top-p, bars or seed is outside its range."""


class TrainingError(MusenbError, RuntimeError):
    """A training cannot go on; its last checkpoint is intact."""


class MissingExtraError(MusenbError, ImportError):
    """A package that an optional part of musenb needs is not installed; the message says what to install."""
