"""The package of tests/example_package, built and installed into a folder as pip does it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "example_package"


def install_example(folder: Path) -> Path:
    """Install the package into `folder / "site"` from a copy of its source, and return that path. No network."""
    source, site = folder / "source", folder / "site"
    shutil.copytree(SOURCE, source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", site, source], check=True, timeout=300)
    return site
