"""A store with generations that nobody drew: texts with a planted skeleton, or any others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arena.experiments.prediction.cells import what_of
from arena.experiments.prediction.generated import EXPERIMENT, finding_of
from arena.randomness import stream
from arena.records import Answer, Sample
from arena.store import CellSpec, RunSpec, Store
from arena.store.rows import Asked, RunRow, Unit

Texts = Mapping[tuple[str, str], Sequence[str]]  # by subject and prompt


def write_generations(
    store: Store, texts: Texts, scored: int = 5, seed: int = 0, models: Mapping[str, str] | None = None
) -> RunRow:
    """A finished run. Every subject has scored the first texts of all: a word has as many bits as letters, and one that
    begins with an s (of a skeleton) a single one."""
    asked = Asked(style="base", format="none", wording="made up", temperature=1.0, top_p=0.9)
    cells = {
        (who, prompt): CellSpec(stream(who, "", what_of(prompt), "-", "-"), who, "", what_of(prompt), asked)
        for who, prompt in texts
    }
    size = max(map(len, texts.values()))
    settings = {"invalid": "-,max_tokens=200", "scored": scored}
    run = RunSpec(EXPERIMENT, Unit.ANSWER, tuple(cells.values()), size, seed, models or {}, {}, settings=settings)
    with store.begin(run) as writer:
        for (who, prompt), cell in cells.items():
            found = texts[who, prompt]
            for number, text in enumerate(found):
                writer.add_answer(cell.key, number, Answer(Sample(text, (), "eos"), len(text.split())))
            for scorer in dict.fromkeys(subject for subject, _ in texts):
                bits = [
                    [1.0 if word[0] == "s" else float(len(word)) for word in text.split()] for text in found[:scored]
                ]
                writer.set_finding(cell.key, finding_of(scored, scorer), {"bits": bits})
        writer.finish()
        return writer.run
