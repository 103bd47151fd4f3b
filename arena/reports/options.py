"""What somebody asks of a report, whatever is reported: one value that goes from the command line to every reporter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How a report is to be made. `published` asks for the paper's rows below ours; `labels` map agents' specs to the
    names that people are to see for them."""

    published: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


DEFAULTS = ReportSettings()
