"""One prompt's generations with the skeleton that they share: which stretches are lit, how brightly, and in which order
somebody steps through them, from the most to the least shared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from arena.experiments.prediction.generated import EXPERIMENT
from arena.reports.options import DEFAULTS
from arena.reports.prediction.live import LEVEL_SHARES
from arena.reports.prediction.writing import Writer, Written, read_runs
from arena.stats.skeleton import AnchorSpan
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable

_WORD: Final = re.compile(r"\S+")
_EMPTY_LINES: Final = re.compile(r"\s*\n\s*")


class Piece(NamedTuple):
    """A stretch of a generation. `step` is the place of its span among those of the prompt, from 1 for the most shared
    one; 0 for what is in no span. `level` says how many hold the span, from 0 for six to 3 for nine in ten."""

    text: str
    step: int = 0
    level: int = 0


@dataclass(frozen=True)
class Skeleton:
    """A model's generations of one prompt, which is number `at` of `of`. `name` is the model's, safe to show."""

    run: str
    name: str
    written: Written
    at: int
    of: int

    @cached_property
    def spans(self) -> list[AnchorSpan]:
        """The spans, the most shared first; of two that as many hold, the longer one. The first call aligns all
        generations, which may take seconds."""
        return sorted(self.written.spans, key=lambda span: (-len(span.holders), -span.length, span.column))

    @property
    def total(self) -> int:
        """How many generations there are."""
        return len(self.written.found.samples)

    @property
    def title(self) -> str:
        """Which run, which model, which prompt."""
        return f"run {self.run} · {self.name} · prompt {self.at} of {self.of}"

    def words(self, step: int) -> str:
        """What a step shows: a span with how many hold it, or all of them; and the share of text in anchors."""
        share = self.written.share
        if share is None:
            return "no generation has a word"
        text = f"{share:.0%} of text in anchors"
        if not self.spans:
            return f"no stretch of three words is shared by six of {self.total} generations · {text}"
        if not step:
            return f"all {len(self.spans)} spans of {self.total} generations · {text}"
        held = len(self.spans[step - 1].holders)
        return f"span {step} of {len(self.spans)} · {held} of {self.total} hold it · {text}"

    def text_of(self, step: int) -> str:
        """The words of a span."""
        return printable(self.written.text_of(self.spans[step - 1])) if step else ""

    def holders(self, step: int) -> list[int]:
        """The generations to be shown at a step, by number: those that hold the span, or all."""
        return sorted(self.spans[step - 1].holders) if step else list(range(self.total))

    def pieces(self, number: int) -> list[Piece]:
        """A whole generation, with its spans; each of its lines once, without empty ones between."""
        text = self.written.found.samples[number].text
        ends = [match.end() for match in _WORD.finditer(text)]
        starts = [match.start() for match in _WORD.finditer(text)]
        found, done = [], 0
        for first, step in self._places(number):
            span = self.spans[step - 1]
            begin, end = starts[first], ends[first + span.length - 1]
            found += [Piece(text[done:begin]), Piece(text[begin:end], step, self.level(step))]
            done = end
        found.append(Piece(text[done:]))
        whole = [Piece(printable(_EMPTY_LINES.sub("\n", piece.text), keep="\n"), *piece[1:]) for piece in found]
        return [piece for piece in whole if piece.text]

    def line(self, number: int, step: int, before: int, room: int) -> list[Piece]:
        """A generation as one line of `room` columns, in which the span of a step begins in column `before`."""
        flat = [piece._replace(text=" ".join(piece.text.split("\n"))) for piece in self.pieces(number)]
        middle = next(at for at, piece in enumerate(flat) if piece.step == step)
        left = list(_last(flat[:middle], before))
        gap = before - sum(len(piece.text) for piece in left)
        return [Piece(" " * gap), *left, *_first(flat[middle:], room - before)]

    def level(self, step: int) -> int:
        """How many hold a span, in four levels."""
        held = len(self.spans[step - 1].holders)
        return max(level for level, share in enumerate(LEVEL_SHARES) if held >= share * self.total)

    def _places(self, number: int) -> list[tuple[int, int]]:
        """Where the spans begin in a generation, in words, with the step of each."""
        return sorted(
            (span.holders[number], step) for step, span in enumerate(self.spans, start=1) if number in span.holders
        )


def _last(pieces: Sequence[Piece], room: int) -> Iterator[Piece]:
    """The last so many columns of some pieces."""
    skip = sum(len(piece.text) for piece in pieces) - room
    for piece in pieces:
        if skip < len(piece.text):
            yield piece._replace(text=piece.text[max(0, skip) :])
        skip -= len(piece.text)


def _first(pieces: Sequence[Piece], room: int) -> Iterator[Piece]:
    """The first so many columns of some pieces."""
    for piece in pieces:
        if room > 0:
            yield piece._replace(text=piece.text[:room])
        room -= len(piece.text)


def read_skeletons(store: Store, run: str | None) -> list[list[Skeleton]]:
    """The generations of a run, or of the last one in which there are any: of each model, prompt by prompt. Empty if
    there is none. Nothing is aligned yet. Raises StoreError and InputError."""
    found = _last_run(store) if run is None else store.run(run)
    if found is None:
        return []
    writers = read_runs(store, [found], DEFAULTS.labels).writers
    return [list(_of(found.name, writer)) for writer in writers if writer.shown]


def _of(run: str, writer: Writer) -> Iterator[Skeleton]:
    for at, written in enumerate(writer.shown, start=1):
        yield Skeleton(run, writer.name, written, at, len(writer.shown))


def _last_run(store: Store) -> RunRow | None:
    return next((run for run in reversed(store.runs()) if run.spec.experiment == EXPERIMENT), None)
