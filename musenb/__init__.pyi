import typing

from .analysis.check.checker import check as check
from .arranging.harmonise import harmonise as harmonise
from .arranging.refill import refill as refill
from .errors import MusenbError as MusenbError
from .lessons.question import Question as Question
from .questions.ask import ask as ask
from .score.development.plan import DevelopmentPlan as DevelopmentPlan
from .score.development.plan import Statement as Statement
from .score.limits import Limits as Limits
from .score.note import Note as Note
from .score.note import Score as Score
from .session import develop as develop
from .session import harmony as harmony
from .session import load as load
from .session import motif as motif
from .session import open_model as open_model
from .session import save as save
from .session import stream as stream
from .studio.panel import Studio as Studio
from .studio.recovery import recover as recover

__version__: str
__all__ = [
    "DevelopmentPlan", "Limits", "MusenbError", "Note", "Question", "Score", "Statement", "Studio", "ask", "check",
    "develop", "harmonise", "harmony", "load", "motif", "open_model", "recover", "refill", "save", "stream",
]

def load_ipython_extension(shell: typing.Any) -> None: ...
def unload_ipython_extension(shell: typing.Any) -> None: ...
