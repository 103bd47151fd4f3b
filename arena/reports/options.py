"""What somebody asks of a report, whatever is reported: one value that goes from the command line to every reporter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.store.rows import RunRow


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How a report is to be made. `published` asks for the paper's rows below ours; `labels` map agents' specs to the
    names that people are to see for them; `scores` are the places of leaderboard scores (tradeoff/scores.py).

    With `again`, a command shows the result of its own run: the numbers of finished cells are kept in the store, which
    must be open for writing, and are shown again without reading all rounds.
    """

    published: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[str, ...] = ()
    again: bool = False


DEFAULTS = ReportSettings()


def read_labels(given: Sequence[str], runs: Sequence[RunRow]) -> dict[str, str]:
    """Labels written as SPEC=NAME, by spec. A SPEC may contain "=" itself, so it is one of those that `runs` have.

    Raises UsageError for a SPEC that they don't have, and for two agents that would have one name.
    """
    cells = [cell for run in runs for cell in run.spec.cells]
    specs = dict.fromkeys(agent for cell in cells for agent in (cell.subject, cell.opponent) if agent)
    labels: dict[str, str] = {}
    for text in given:
        spec = max((spec for spec in specs if text.startswith(f"{spec}=")), key=len, default=None)
        if spec is None:
            typed, equals, _ = text.rpartition("=")
            if not equals:
                raise UsageError(f"--label {text!r}: write SPEC=NAME, as in llm:gemma-3-270m=Gemma")
            raise UsageError(f"--label {text!r}: nobody here is {typed!r}: there are {', '.join(specs)}")
        name = text.removeprefix(f"{spec}=").strip()
        if not name:
            raise UsageError(f"--label {text!r}: there is no name after the last =")
        if labels.setdefault(spec, name) != name:
            raise UsageError(f"--label gives {spec} two names, {labels[spec]!r} and {name!r}: give it one")
    shown: dict[str, str] = {}
    for spec in specs:
        name = labels.get(spec, spec)
        if shown.setdefault(name, spec) != spec:
            raise UsageError(f"--label calls both {shown[name]} and {spec} {name!r}: rows could not be told apart")
    return labels
