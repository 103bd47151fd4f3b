"""What a benchmark tells while it runs, and its result."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def tell(line: str) -> None:
    """Tell whoever watches, on standard error."""
    print(line, file=sys.stderr, flush=True)


def tell_result(result: Any, file: Path | None = None) -> None:
    """Print the result as a line of JSON, the last on standard output, and write it to a file if one is named."""
    line = json.dumps(result)
    if file:
        file.write_text(line + "\n", encoding="utf-8")
    print(line)
