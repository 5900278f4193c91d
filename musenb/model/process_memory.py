"""How much memory this process holds, as Linux tells it."""

from __future__ import annotations

from pathlib import Path

STATUS = Path("/proc/self/status")


def memory_of(field: str) -> float:
    """Return a field of the process's status, such as 'VmRSS' or 'VmHWM', in MB; OSError where there is none."""
    lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    line = next(line for line in lines if line.startswith(field + ":"))
    return int(line.split()[1]) / 1000
