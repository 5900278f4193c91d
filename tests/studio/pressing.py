"""What a page sends to a studio's desk, in tests."""

from __future__ import annotations

from typing import Any


def press(studio: Any, **message: Any) -> None:
    """Send the desk a message of the page, and wait until what it asks for is done and written."""
    studio.desk._receive(None, message, [])
    studio.settle()
    studio.wait(300)
    assert studio.desk.error == ""
