"""Cell runner of `musenb demo`: the cell with the desk is run before the page opens, which then shows it at work.

The kernel belongs to the server's own session for the notebook, so that the page joins it as after a reload; what the
cell showed is written into the notebook, signed as trusted.
"""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

from musenb.errors import MusenbError

TAG = "desk"
START_SECONDS = 60.0
RUN_SECONDS = 120.0


def run_desk(notebook: Path, address: str, token: str) -> bool:
    """Run the cell of a notebook that is tagged 'desk', and keep what it shows; return whether there is one.

    Parameters
    ----------
    notebook : Path
        In the root folder of the server.
    address : str
        Of the server, such as 'http://127.0.0.1:8888'.
    token : str

    Raises
    ------
    MusenbError
        The kernel did not start, or the cell was not done in time.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    document = nbformat.read(notebook, as_version=4)
    tagged = (cell for cell in document.cells if TAG in cell.metadata.get("tags", ()))
    cell = next(tagged, None)
    if cell is None:
        return False
    kernel = _begin_session(notebook.name, address, token)
    cell.outputs, cell.execution_count = _run(kernel, cell.source)
    nbformat.write(document, notebook)
    NotebookNotary().sign(document)
    return True


def _begin_session(path: str, address: str, token: str) -> str:
    """Return the id of the kernel of a new session for a notebook."""
    wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
    request = urllib.request.Request(
        f"{address}/api/sessions",
        data=json.dumps(wanted).encode(),
        headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=START_SECONDS) as answer:
            return str(json.load(answer)["kernel"]["id"])
    except (OSError, ValueError, KeyError) as error:
        raise MusenbError(f"the kernel of {path} did not start: {error}") from None


def _run(kernel: str, source: str) -> tuple[list[Any], int]:
    """Run a cell and return its outputs as a notebook keeps them, and its number."""
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.connect import find_connection_file
    from nbformat.v4 import output_from_msg

    client = BlockingKernelClient(connection_file=find_connection_file(f"kernel-{kernel}.json"))
    client.load_connection_file()
    client.start_channels(hb=False)  # a kernel that is still importing does not beat, and is not dead
    outputs: list[Any] = []

    def keep(message: dict[str, Any]) -> None:
        if message["header"]["msg_type"] in ("display_data", "execute_result", "stream", "error"):
            outputs.append(output_from_msg(message))

    try:
        client.wait_for_ready(timeout=START_SECONDS)
        reply = client.execute_interactive(source, timeout=RUN_SECONDS, output_hook=keep)
    except (RuntimeError, TimeoutError) as error:
        raise MusenbError(f"the cell with the desk was not done: {error}") from None
    finally:
        client.stop_channels()
    return outputs, int(reply["content"].get("execution_count") or 1)
