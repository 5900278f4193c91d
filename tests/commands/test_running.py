"""The demo's cell is run by a kernel of the server before the page opens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

pytest.importorskip("jupyterlab", reason="the demo needs the 'lab' extra")

import nbformat
from jupyter_client.manager import KernelManager

from musenb.commands.running import run_desk
from musenb.errors import MusenbError


@contextmanager
def server(answer: bytes, asked: list[tuple[str, str, dict]]) -> Iterator[str]:
    """Answer every request alike, and keep what was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(201)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *values: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def notebook(folder: Path, *, tags: list[str]) -> Path:
    cell = nbformat.v4.new_code_cell("print('at work')\n6 * 7", metadata={"tags": tags})
    path = folder / "studio.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_what_the_cell_shows_is_kept_and_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    kernel = KernelManager(connection_file=str(tmp_path / "kernel-here.json"))
    kernel.start_kernel()
    asked: list[tuple[str, str, dict]] = []
    try:
        with server(b'{"kernel": {"id": "here"}}', asked) as address:
            path = notebook(tmp_path, tags=["desk"])
            assert run_desk(path, address, "secret")
    finally:
        kernel.shutdown_kernel(now=True)
        kernel.cleanup_resources()
    ((place, key, wanted),) = asked
    assert (place, key, wanted["path"]) == ("/api/sessions", "token secret", "studio.ipynb")
    (cell,) = nbformat.read(path, as_version=4).cells
    assert cell.execution_count == 1
    assert [output.output_type for output in cell.outputs] == ["stream", "execute_result"]
    assert cell.outputs[1].data["text/plain"] == "42"
    from nbformat.sign import NotebookNotary

    assert NotebookNotary().check_signature(nbformat.read(path, as_version=4))


def test_a_notebook_without_a_desk_is_left_alone(tmp_path: Path) -> None:
    path = notebook(tmp_path, tags=[])
    before = path.read_bytes()
    assert not run_desk(path, "http://127.0.0.1:9", "secret")
    assert path.read_bytes() == before


def test_a_server_that_gives_no_kernel_is_said(tmp_path: Path) -> None:
    asked: list[tuple[str, str, dict]] = []
    with server(b"{}", asked) as address, pytest.raises(MusenbError, match=r"kernel of studio\.ipynb did not start"):
        run_desk(notebook(tmp_path, tags=["desk"]), address, "secret")
