"""A store in which poems were written, by authors who are random words, and judges who follow a rule."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from arena.experiments.poems.contest import Lines
from arena.experiments.poems.contests import Contests, keep_contests
from arena.experiments.poems.generated import read_written, what_of
from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.judging import Judge
from arena.experiments.poems.kinds import EXPERIMENT, Kind
from arena.experiments.poems.lots import LotsSpec, draw_contests
from arena.randomness import stream, uniforms
from arena.records import Answer, Sample
from arena.store import CellSpec, RunSpec, Store
from arena.store.rows import Asked, RunRow, Unit

AUTHORS = ("llm:ann", "llm:bert", "llm:carl")
TOPICS = ("coffee", "sleep")
DOCS = Path(__file__).parents[2] / "docs"

Rule = Callable[[Lines], float]  # the higher, the better


def poem(name: str) -> Lines:
    """Four lines of five made-up words."""
    letters = [chr(97 + int(26 * draw)) for draw in uniforms(name, 80)]
    words = ["".join(letters[at : at + 4]) for at in range(0, 80, 4)]
    return tuple(" ".join(words[at : at + 5]) for at in range(0, 20, 5))


def write_poems(
    store: Store, authors: Sequence[str] = AUTHORS, topics: Sequence[str] = TOPICS, n: int = 20, seed: int = 0
) -> RunRow:
    """A finished run of poems."""
    asked = Asked(style="base", wording="made up", temperature=1.0, top_p=1.0)
    cells = tuple(
        CellSpec(stream(who, "", what_of(topic), "-", "-"), who, "", what_of(topic), asked)
        for who in authors
        for topic in topics
    )
    settings = {"mode": Kind.POEMS}
    with store.begin(RunSpec(EXPERIMENT, Unit.ANSWER, cells, n, seed, {}, {}, settings=settings)) as writer:
        for cell in cells:
            for number in range(n):
                lines = poem(stream(seed, cell.key, number))
                writer.add_answer(cell.key, number, Answer(Sample("\n".join(lines), (), "eos"), lines))
        writer.finish()
        return writer.run


def write_real(store: Store, topic: str) -> RunRow:
    """A finished run of poems that the two small models wrote, one at two temperatures (docs/poems/README.md)."""
    with (DOCS / "poems" / "written.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["topic"] == topic]
    written: dict[tuple[str, str], list[Lines]] = {}
    for row in rows:
        lines = tuple(row[f"line {number}"] for number in range(1, 5))
        written.setdefault((row["model"], row["temperature"]), []).append(lines)
    cells = tuple(_cell(f"llm:{model}", topic, float(temperature)) for model, temperature in written)
    n = min(map(len, written.values()))
    settings = {"mode": Kind.POEMS}
    with store.begin(RunSpec(EXPERIMENT, Unit.ANSWER, cells, n, 0, {}, {}, settings=settings)) as writer:
        for cell, poems in zip(cells, written.values(), strict=True):
            for number, lines in enumerate(poems[:n]):
                writer.add_answer(cell.key, number, Answer(Sample("\n".join(lines), (), "eos"), lines))
        writer.finish()
        return writer.run


def _cell(subject: str, topic: str, temperature: float) -> CellSpec:
    asked = Asked(style="base", wording="made up", temperature=temperature, top_p=1.0)
    key = stream(subject, "", what_of(topic), "-", f"{temperature:g}")
    return CellSpec(key, subject, "", what_of(topic), asked)


def draw(store: Store, spec: LotsSpec | None = None) -> Contests:
    """Contests between the poems of a new run."""
    run = write_poems(store)
    spec = spec or LotsSpec()
    return keep_contests(store, draw_contests(read_written(store, run), spec), spec, [run])


def judge_all(store: Store, contests: Contests, name: str, rule: Rule, most: int | None = None) -> None:
    """Let a person judge every contest by a rule, or the next `most` pairs of each."""
    judge_each(store, contests, name, lambda axis: rule, most)


def judge_each(
    store: Store, contests: Contests, name: str, rule_of: Callable[[str], Rule], most: int | None = None
) -> None:
    """The same with a rule for each axis."""
    with Judge.begin(store, contests, name) as judge:
        for contest in contests.contests:
            rule, done = rule_of(contest.axis), 0
            while (pair := judge.next(contest.name)) is not None and done != most:
                left, right = rule(pair.left), rule(pair.right)
                judge.choose(
                    contest.name,
                    pair.number,
                    Choice.TIE if left == right else Choice.LEFT if left > right else Choice.RIGHT,
                )
                done += 1


def by_letters(lines: Lines) -> float:
    """A consistent rule: the sum of all letters."""
    return float(sum(map(ord, "".join(lines))))
