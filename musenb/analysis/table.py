"""Tables as pandas DataFrames, where pandas is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from musenb.errors import MusenbError


def pandas(instead: str) -> Any:
    """Return the module pandas; `instead` names what gives plain records without it.

    Raises
    ------
    MusenbError
        It is not installed.
    """
    try:
        return import_module("pandas")
    except ImportError:
        message = f"a table needs pandas: python -m pip install pandas; `{instead}` gives plain records"
        raise MusenbError(message) from None
