"""Server idle timeout: after how long a studio's server ends when nobody uses it."""

from __future__ import annotations

import os
from collections.abc import Mapping

VARIABLE = "MUSENB_IDLE_MINUTES"
# What Binder and JupyterHub for Kubernetes do unless they are told otherwise.
BINDER_MINUTES, HUB_MINUTES = 10.0, 60.0


def idle_minutes(environment: Mapping[str, str] = os.environ) -> float:
    """Return after how many minutes an unused server ends; 0 when it does not, or when that is not known.

    MUSENB_IDLE_MINUTES says it; else a Binder and a JupyterHub are known by the variables that they set.
    """
    given = environment.get(VARIABLE, "")
    try:
        return max(0.0, float(given)) if given else _usual(environment)
    except ValueError:
        return _usual(environment)


def _usual(environment: Mapping[str, str]) -> float:
    if any(name in environment for name in ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST", "BINDER_REPO_URL")):
        return BINDER_MINUTES
    return HUB_MINUTES if "JUPYTERHUB_SERVICE_PREFIX" in environment else 0.0
