"""Which model has which leaderboard score: published ones, a person's own, and results of lm-evaluation-harness."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from arena.errors import InputError
from arena.reports.published import published
from arena.reports.settings import model_of
from arena.reports.tradeoff import lm_eval
from arena.text import printable
from arena.toml import read_toml

FAMILY: Final = "Llama 3.1"  # of the models whose scores are shipped
LEADERBOARD: Final = "Open LLM Leaderboard v2 (a mirror, May 2025)"
HARNESS: Final = "lm-evaluation-harness, normalised as the leaderboard does"


@dataclass(frozen=True, slots=True)
class Score:
    """A score from 0 to 100, and where it comes from."""

    value: float
    source: str


@dataclass(frozen=True)
class Scores:
    """Scores by the names that their files have for models: Arena's own, or the hub's."""

    given: Mapping[str, Score]

    def of(self, subject: str) -> Score | None:
        """The score of a model, by the agent that plays it; None if it isn't known.

        One that a person gives counts before a published one. A result of the harness is a model's if it is of the same
        hub repository, or of one of which the last part is the model's name in the catalog.
        """
        name = subject.removeprefix("llm:")
        plain = name.partition("@")[0]
        model = model_of(subject)
        hub = {text.partition(":")[2] for text in (plain, model.weights if model else "") if ":" in text}
        hub |= {model.repository} if model and model.repository else set()
        for known in (name, plain, *sorted(hub)):
            if known in self.given:
                return self.given[known]
        for known, score in self.given.items():
            if "/" in known and known.rpartition("/")[2].lower() == plain.lower():
                return score
        if model is None or model.family != FAMILY:
            return None
        rows = (row for row in published("leaderboard") if row.labels == {"size": model.size, "model": model.recipe})
        return next((Score(float(row.values["average"]), LEADERBOARD) for row in rows), None)


def read_scores(places: Sequence[str]) -> Scores:
    """The scores in files, of which later ones count before earlier ones.

    A place is a CSV file with the columns model and score, a TOML file with a table [scores], a result file of
    lm-evaluation-harness (JSON), a folder of such files, or NAME=FILE.json for a result file of that model.

    Raises InputError for one that can't be read, or has no score.
    """
    given: dict[str, Score] = {}
    for place in places:
        given |= {name.removeprefix("llm:"): score for name, score in _read(place)}
    return Scores(given)


def _read(place: str) -> Iterator[tuple[str, Score]]:
    name, equals, rest = place.rpartition("=")
    path = Path(rest) if equals and not Path(place).exists() else Path(place)
    name = name if path != Path(place) else ""
    if path.is_dir():
        files = sorted(path.rglob("results*.json"))
        if not files:
            raise InputError(f"there is no result file of lm-evaluation-harness (results*.json) in {path}")
        for file in files:
            yield _result(file, "")
    elif path.suffix.lower() == ".json":
        yield _result(path, name)
    elif path.suffix.lower() == ".toml":
        yield from _toml(path)
    else:
        yield from _csv(path)


def _result(path: Path, name: str) -> tuple[str, Score]:
    try:
        document = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"the scores in {path} aren't JSON: {error}") from error
    if not lm_eval.is_results(document):
        raise InputError(f"{path} is no result file of lm-evaluation-harness: it has no table of results")
    try:
        value = lm_eval.average(document)
    except InputError as error:
        raise InputError(f"{path} can't be used: {error}") from error
    name = name or lm_eval.model_name(document)
    if not name:
        raise InputError(f"{path} doesn't say of which model it is: write --scores MODEL={path}")
    return name, Score(value, HARNESS)


def _toml(path: Path) -> Iterator[tuple[str, Score]]:
    table = read_toml(path, "list of scores").get("scores")
    if not isinstance(table, dict) or not table:
        raise InputError(
            f'the scores in {path} can\'t be used: write a table [scores] with lines such as "NAME" = 14.4'
        )
    for name, value in table.items():
        yield name, _score(value, path, f"of {name}")


def _csv(path: Path) -> Iterator[tuple[str, Score]]:
    try:
        rows = list(csv.DictReader(_text(path).splitlines(), skipinitialspace=True))
    except csv.Error as error:
        raise InputError(f"the scores in {path} aren't CSV: {error}") from error
    if not rows or not {"model", "score"} <= set(rows[0]):
        raise InputError(f"the scores in {path} can't be used: its first line must name the columns, model,score")
    for number, row in enumerate(rows, start=2):
        yield str(row["model"] or "").strip(), _score(row["score"], path, f"in line {number}")


def _score(value: Any, path: Path, where: str) -> Score:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 100:
        raise InputError(f"the score {where} of {path} is {printable(str(value))!r}: it must be a number from 0 to 100")
    return Score(number, printable(path.name))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"the scores in {path} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"the scores in {path} can't be read: they aren't text in UTF-8") from error
