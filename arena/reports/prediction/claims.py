"""What Li and others (2024) claim of base and aligned models, and whether it holds for the models at hand.

A claim holds if the whole 95% interval of a difference lies on its side of 0, and fails if it lies on the other; else
it is open. Which model is aligned is what the catalog says; of models that it doesn't know, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from arena.reports.cautions import FAMILIES_NOTE, families_of
from arena.reports.prediction.naming import is_aligned
from arena.reports.prediction.reading import Reader, Readers
from arena.reports.prediction.writing import Writer, Writers, over_prompts
from arena.reports.table import Column, Row, Table
from arena.stats.clusters import Estimate

_COLUMNS: Final = (
    Column("difference", "difference", digits=3),
    Column("difference", "95%", "interval", 3),
    Column("verdict", "verdict", "text"),
)
_NOTE: Final = (
    "Claims of Li and others (2024), on these models. One holds if the whole interval of the difference is on its side "
    "of 0, fails if it is on the other side, and is open otherwise."
)


def verdict(difference: Estimate) -> str:
    """Whether a claim that a difference is above 0 holds."""
    if difference.value is None:
        return "nothing to compare"
    if difference.interval is None:
        return "open"
    low, high = difference.interval
    return "holds" if low > 0 else "fails" if high < 0 else "open"


def writing_claims(found: Writers) -> tuple[Table, ...]:
    """The claims about texts, as a table; none if they are about no model here."""
    rows = [_row(said, difference) for said, difference in _about_writers(found)]
    notes = _notes(found.writers)
    return (Table("anchors-claims", "What is claimed of anchors", _COLUMNS, tuple(rows), notes),) if rows else ()


def reading_claims(found: Readers) -> tuple[Table, ...]:
    """The claim about documents, as a table; none if there aren't models of both kinds."""
    rows = []
    for base, aligned in _both_kinds(found.readers):
        difference, _, both = aligned.minus(base)
        if both:
            rows.append(_row(f"{aligned.name} needs more bits a byte than {base.name}", difference))
    notes = _notes(found.readers)
    return (Table("perplexity-claims", "What is claimed of documents", _COLUMNS, tuple(rows), notes),) if rows else ()


def _notes(models: Sequence[Reader | Writer]) -> tuple[str, ...]:
    """What a claim is, and a caution if the models aren't the paper's pairs of a base model and one made from it."""
    families = set(families_of(map(_subject, models)).values())
    return (_NOTE, FAMILIES_NOTE) if len(families) > 1 else (_NOTE,)


def _about_writers(found: Writers) -> Iterator[tuple[str, Estimate]]:
    for base, aligned in _both_kinds(found.writers):
        difference, both = found.difference(aligned, base)
        if both:
            yield f"{aligned.name} has a larger share of anchors than {base.name}", difference
    for writer in found.writers:
        if writer.shown and is_aligned(writer.subject):
            for part, name in (("first", "beginning"), ("last", "end")):
                yield f"{writer.name} has more anchors near the {name} than in the middle", _more(writer, part)


def _more(writer: Writer, part: str) -> Estimate:
    """How much more of a part of a text is anchors than of the middle."""
    pairs = [(each.numbers[part], each.numbers["middle"]) for each in writer.shown]
    return over_prompts([one - other for one, other in pairs if one is not None and other is not None], (-1.0, 1.0))


def _both_kinds(models: Any) -> Iterator[tuple[Any, Any]]:
    """Every base model with every aligned one."""
    kinds = [(each, is_aligned(_subject(each))) for each in models]
    for base, base_is_aligned in kinds:
        for aligned, is_it in kinds:
            if base_is_aligned is False and is_it is True:
                yield base, aligned


def _subject(model: Reader | Writer) -> str:
    return model.subject if isinstance(model, Writer) else model.reading.cell.spec.subject


def _row(said: str, difference: Estimate) -> Row:
    values: dict[str, Any] = {"difference": difference.value, "verdict": verdict(difference)}
    values["difference_low"], values["difference_high"] = difference.interval or (None, None)
    return Row(said, values)
