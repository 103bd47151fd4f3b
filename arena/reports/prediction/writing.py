"""What a model's generations of one prompt share, and the means over all prompts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.experiments.prediction.generated import Generations, read_generations
from arena.experiments.prediction.prompts import group_of
from arena.experiments.prediction.surprisal import word_bytes
from arena.reports.prediction.naming import names_of, rows_of
from arena.reports.settings import run_document
from arena.stats import diversity, skeleton
from arena.stats.alignment import align
from arena.stats.bounded import Bounds
from arena.stats.clusters import Estimate, mean
from arena.stats.ratios import paired_difference, ratio
from arena.stats.skeleton import OTHERS, AnchorSpan
from arena.store.rows import RunRow
from arena.store.store import Store

SHARES: Final[Bounds] = (0.0, 1.0)
_SENTENCE: Final = re.compile(r"\s*(.*?(?:[.!?](?=\s|$)|(?=\n)|$))", re.DOTALL)
_EDGE: Final = 0.1  # of a text, at its beginning and at its end

Costs = tuple[float, float, float, float]  # bits and bytes inside anchor spans, and outside


class Written:
    """A model's generations of one prompt, aligned."""

    def __init__(self, found: Generations) -> None:
        self.found = found
        self.prompt = found.prompt
        self.group = group_of(found.prompt)

    @cached_property
    def columns(self) -> list[NDArray[np.int64]]:
        """The column of each word of each generation."""
        return align(self.found.texts)

    @cached_property
    def anchored(self) -> list[NDArray[np.bool_]]:
        """Of each word of each generation, whether at least five others hold it."""
        return [others >= OTHERS for others in skeleton.others(self.columns)]

    @cached_property
    def spans(self) -> list[AnchorSpan]:
        """The anchor spans, in their order."""
        return skeleton.spans(self.columns)

    def text_of(self, span: AnchorSpan) -> str:
        """The words of a span."""
        number, at = next(iter(span.holders.items()))
        return " ".join(self.found.texts[number][at : at + span.length])

    @cached_property
    def curve(self) -> NDArray[np.float64]:
        """The share of generations whose word is an anchor, along a text; shape (PLACES,)."""
        return skeleton.curve(self.anchored)

    @property
    def share(self) -> float | None:
        """Anchors, as a share of all words; None if there are no words."""
        words = sum(map(len, self.anchored))
        return sum(int(each.sum()) for each in self.anchored) / words if words else None

    @cached_property
    def numbers(self) -> dict[str, float | None]:
        """All measures that are one number."""
        samples, texts = self.found.samples, self.found.texts
        words = sum(map(len, texts))
        edge = round(_EDGE * len(self.curve))
        known = words > 0
        return {
            "share": self.share,
            "first": float(self.curve[:edge].mean()) if known else None,
            "middle": float(self.curve[edge:-edge].mean()) if known else None,
            "last": float(self.curve[-edge:].mean()) if known else None,
            "spans": float(len(self.spans)),
            "words": words / len(texts) if texts else None,
            "ended": sum(each.ended == "eos" for each in samples) / len(samples) if samples else None,
            "distinct2": diversity.distinct(texts, 2),
            "self_bleu": diversity.self_bleu(texts),
            "compression": diversity.compression_ratio([each.text for each in samples]),
            "sentences": float(len({first_sentence(each.text) for each in samples})) if samples else None,
        }

    def costs(self, scorer: str) -> Costs | None:
        """The surprisal of the generations for a model, inside anchor spans and outside; None if it scored none."""
        if scorer not in self.found.surprisals:
            return None
        bits: list[list[float]] = [[], []]
        sizes: list[list[int]] = [[], []]
        for number, each in enumerate(self.found.surprisals[scorer]):
            size = word_bytes(self.found.samples[number].text)
            for anchor, bit, many in zip(self.anchored[number], each, size, strict=False):
                bits[int(not anchor)].append(bit)
                sizes[int(not anchor)].append(many)
        return float(sum(bits[0])), float(sum(sizes[0])), float(sum(bits[1])), float(sum(sizes[1]))

    def to_json(self) -> dict[str, Any]:
        """Everything, with nothing rounded."""
        return {
            "prompt": self.prompt,
            "group": self.group,
            "generations": len(self.found.samples),
            **self.numbers,
            "curve": [None if np.isnan(each) else float(each) for each in self.curve],
            "anchor_spans": [
                {"text": self.text_of(span), "words": span.length, "generations": len(span.holders)}
                for span in self.spans
            ],
        }


def first_sentence(text: str) -> str:
    """The first sentence of a text, or its first line if that ends before."""
    found = _SENTENCE.match(text)
    return " ".join(found[1].split()) if found else ""


@dataclass(frozen=True)
class Writer:
    """A model and its generations of every prompt; `name` is what people see."""

    name: str
    settings: Mapping[str, Any]
    subject: str
    run: RunRow
    prompts: tuple[Written, ...]

    @property
    def shown(self) -> list[Written]:
        """The prompts of which there are generations."""
        return [each for each in self.prompts if each.found.samples]

    @property
    def generations(self) -> int:
        """How many generations count."""
        return sum(len(each.found.samples) for each in self.prompts)

    @property
    def state(self) -> str:
        """How far it is, "" if every prompt has all its generations."""
        whole = all(each.found.cell.done >= self.run.spec.size for each in self.prompts)
        return "" if whole else f"{self.generations} of {self.run.spec.size * len(self.prompts)}"

    @property
    def groups(self) -> list[str]:
        """The groups that its prompts are in."""
        return list(dict.fromkeys(each.group for each in self.shown))

    def share(self, key: str, group: str | None = None) -> Estimate:
        """The mean over prompts of a measure between 0 and 1, with its interval over prompts."""
        return over_prompts([each.numbers[key] for each in self.shown if group in (None, each.group)], SHARES)

    def mean(self, key: str, group: str | None = None) -> float | None:
        """The mean over prompts of any measure."""
        known = [
            value for each in self.shown if group in (None, each.group) if (value := each.numbers[key]) is not None
        ]
        return sum(known) / len(known) if known else None

    @cached_property
    def curve(self) -> NDArray[np.float64]:
        """The curve, a prompt a row; shape (prompts, PLACES)."""
        curves = [each.curve for each in self.shown if not np.isnan(each.curve).any()]
        return np.array(curves).reshape(len(curves), skeleton.PLACES)

    @property
    def scorers(self) -> list[str]:
        """The models that scored its texts."""
        return list(dict.fromkeys(chain.from_iterable(each.found.surprisals for each in self.shown)))

    def costs(self, scorer: str) -> tuple[Estimate, Estimate, Estimate]:
        """Bits per byte of its texts for a model: inside anchor spans, outside, and outside minus inside, with
        intervals over prompts."""
        found = [costs for each in self.shown if (costs := each.costs(scorer)) is not None]
        columns = np.array(found, dtype=float).reshape(len(found), 4).T
        inside, outside = (columns[0], columns[1]), (columns[2], columns[3])
        return ratio(*inside), ratio(*outside), paired_difference(*outside, *inside)

    def to_json(self) -> dict[str, Any]:
        """Everything, with nothing rounded."""
        share = self.share("share")
        return {
            "name": self.name,
            "subject": self.subject,
            "share": share.value,
            "share_ci": share.interval,
            "prompts": [each.to_json() for each in self.prompts],
        }


def over_prompts(values: Sequence[float | None], bounds: Bounds) -> Estimate:
    """A mean over prompts, with its interval over prompts; those without the measure are left out."""
    known = np.array([value for value in values if value is not None], dtype=float)
    return mean(known, np.arange(len(known), dtype=np.int64), bounds)


@dataclass(frozen=True)
class Writers:
    """What the report is about."""

    runs: tuple[RunRow, ...]
    writers: tuple[Writer, ...]

    def name_of(self, subject: str, run: RunRow) -> str:
        """What people see for a model of a run."""
        return next((each.name for each in self.writers if (each.subject, each.run) == (subject, run)), subject)

    def to_json(self) -> dict[str, Any]:
        """Everything, as a document."""
        return {
            "runs": [run_document(run) for run in self.runs],
            "models": [writer.to_json() for writer in self.writers],
        }

    def difference(self, one: Writer, other: Writer, key: str = "share") -> tuple[Estimate, int]:
        """How much more of a measure between 0 and 1 one model has than another, over the prompts that both answered,
        and how many these are."""
        theirs = {each.prompt: each.numbers[key] for each in other.shown}
        pairs = [(each.numbers[key], theirs.get(each.prompt)) for each in one.shown]
        found = [mine - their for mine, their in pairs if mine is not None and their is not None]
        return over_prompts(found, (-1.0, 1.0)), len(found)


def read_runs(store: Store, runs: Sequence[RunRow], labels: Mapping[str, str]) -> Writers:
    """Read runs in which prompts are answered. Raises StoreError for a damaged store."""
    of_writer: dict[tuple[str, str], list[Generations]] = {}
    for run in runs:
        for found in read_generations(store, run):
            of_writer.setdefault((run.name, found.cell.spec.subject), []).append(found)
    first = [(found[0].run, found[0].cell) for found in of_writer.values()]
    rows = rows_of(first, labels)
    writers = [
        Writer(name, row, found[0].cell.spec.subject, found[0].run, tuple(map(Written, found)))
        for name, row, found in zip(names_of(rows), rows, of_writer.values(), strict=True)
    ]
    return Writers(tuple(runs), tuple(writers))
