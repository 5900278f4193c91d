from musenb.errors import MusenbError as MusenbError
from musenb.questions.ask import questions as ask
from musenb.score.from_text import score_from_text as motif
from musenb.score.load import load as load
from musenb.score.note import Note as Note
from musenb.score.note import Score as Score
from musenb.session import develop as develop
from musenb.session import open_model as open_model
from musenb.session import save as save
from musenb.session import stream as stream
from musenb.studio.magic import load_ipython_extension as load_ipython_extension
from musenb.studio.magic import unload_ipython_extension as unload_ipython_extension
from musenb.studio.panel import Studio as Studio
from musenb.studio.recovery import recover as recover

__version__: str
__all__ = [
    "MusenbError", "Note", "Score", "Studio", "ask", "develop", "load", "motif", "open_model", "recover", "save",
    "stream",
]
