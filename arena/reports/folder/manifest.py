"""What a folder of reports holds and comes from. Nothing in it differs between two reports of one store."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version

from arena.reports.look import Look
from arena.reports.options import ReportSettings
from arena.reports.report import as_json
from arena.reports.settings import run_document
from arena.store.rows import RunRow

_LIBRARIES = ("matplotlib", "numpy", "scipy")  # which decide a figure's bytes and the last digits of numbers


def manifest(
    files: Mapping[str, tuple[bytes, str]], runs: Sequence[RunRow], settings: ReportSettings, look: Look
) -> str:
    """The list as JSON: `files` by name, with their bytes and what they are. A run has the build and the machine that
    made it."""
    return as_json(
        {
            "arena": version("predictability-arena"),
            "reported_with": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
            "asked": {
                "published": settings.published,
                "labels": dict(settings.labels),
                "scores": list(settings.scores),
                "mpl_style": look.style,
                "figure_size": [look.width, look.height],
            },
            "runs": [run_document(run) for run in runs],
            "files": [
                {"name": name, "bytes": len(data), "sha256": sha256(data).hexdigest(), "what": what}
                for name, (data, what) in sorted(files.items())
            ],
        }
    )
