"""Runs as logs of inspect_ai, which its viewer and its data frames open: a log per cell, a sample per match or answer.

The same run gives the same bytes: times are the run's own, and what identifies a log or a sample is a hash.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Final, NamedTuple

import msgspec

from arena.errors import InputError
from arena.extras import need
from arena.files import folder, whole_file
from arena.games import parse_game
from arena.store import CellRow, RunRow, Store
from arena.store.codec import decoding, run_key
from arena.store.failures import file_refusals
from arena.store.rows import Unit

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample, EvalScore

EXTRA: Final = "exchange"


class Logs(NamedTuple):
    """The files written, each with the number of its samples, and the cells without any, as (run, cell)."""

    files: Mapping[Path, int]
    without: Sequence[tuple[str, str]]


def write_logs(store: Store, out: Path, *, run: RunRow | None = None, unfinished: bool = False) -> Logs:
    """Write a log per cell of one run, or of all, into a folder.

    A match is a sample if it is finished, with `unfinished` in any case. A log is in memory while it is written, and
    appears whole or not at all. Raises StoreError, InputError without inspect_ai, and UsageError if a game isn't
    installed here.
    """
    need("Export to inspect", EXTRA, InputError)
    files: dict[Path, int] = {}
    without = []
    with file_refusals(out), folder(out):
        for one in [run] if run else store.runs():
            cells = store.cells(one)
            with store.holding(one.name).snapshot():
                for cell in cells:
                    log = _log(store, one, cell, unfinished)
                    if not log.samples:
                        without.append((one.name, cell.spec.key))
                        continue
                    path = out / _file_name(log)
                    with whole_file(path) as file:
                        _write(log, file)
                    files[path] = len(log.samples)
    return Logs(files, without)


def _log(store: Store, run: RunRow, cell: CellRow, unfinished: bool) -> EvalLog:
    """A cell as a log in memory."""
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalResults, EvalSpec, EvalStats
    from inspect_ai.model import GenerateConfig

    spec, asked = cell.spec, cell.spec.asked
    name = sha256(f"{run_key(run.spec)}\0{spec.key}".encode()).hexdigest()[:22]
    with decoding():
        began = run.began.astimezone(UTC)
        # so that the duration shown is the time spent on the cell
        completed = (began + timedelta(seconds=cell.seconds)).isoformat()
    created = began.isoformat(timespec="seconds")
    samples = list(_samples(store, run, cell, name, began, unfinished))
    settings = {"seed": str(run.spec.seed), "opponent": spec.opponent, "rounds": run.spec.rounds, **run.spec.settings}
    return EvalLog(
        status="success" if cell.done >= run.spec.size else "cancelled",
        eval=EvalSpec(
            eval_id=name,
            run_id=run_key(run.spec),
            created=created,
            task=spec.what,
            task_id=name,
            task_args={key: value for key, value in settings.items() if value not in (None, "")},
            dataset=EvalDataset(name=spec.what, samples=len(samples), sample_ids=[one.id for one in samples]),
            model=spec.subject,
            model_generate_config=GenerateConfig(
                temperature=asked.temperature if asked else None, top_p=asked.top_p if asked else None
            ),
            config=EvalConfig(),
            packages={"predictability-arena": str(run.spec.manifest.get("arena", ""))},
            metadata={
                "run": run.name,
                "experiment": run.spec.experiment,
                "cell": spec.key,
                "asked": msgspec.to_builtins(asked),
                "opponent_asked": msgspec.to_builtins(spec.opponent_asked),
                "detail": dict(spec.detail),
                "findings": store.findings(cell),
                "models": dict(run.spec.models),
                "manifest": dict(run.spec.manifest),
            },
        ),
        results=EvalResults(
            total_samples=len(samples), completed_samples=len(samples), scores=list(_summaries(samples))
        ),
        stats=EvalStats(started_at=created, completed_at=completed),
        samples=samples,
    )


def _samples(
    store: Store, run: RunRow, cell: CellRow, log: str, began: datetime, unfinished: bool
) -> Iterator[EvalSample]:
    from arena.exchange.inspect_samples import answer_sample, match_sample

    if run.spec.unit is Unit.MATCH:
        matches = store.matches(cell)
        game = parse_game(cell.spec.what) if matches else None
        for match in matches:
            if game and (match.finished or unfinished):
                rounds = store.match(cell, match.number)
                yield match_sample(cell.spec, game, match.number, rounds, log, began)
    else:
        prompt = next((asked.prompt.text for asked in store.prompts(cell, 1)), "")
        for number, answer in store.draws(cell).items():
            yield answer_sample(cell.spec, prompt, number, answer, log)


def _summaries(samples: Sequence[EvalSample]) -> Iterator[EvalScore]:
    """The mean of each score over the samples, and its standard error, as inspect_ai's own metrics define them."""
    from inspect_ai.log import EvalMetric, EvalScore

    for name in dict.fromkeys(name for sample in samples for name in sample.scores):
        values = [sample.scores[name].value for sample in samples if name in sample.scores]
        metrics = {"mean": fmean(values)}
        if len(values) > 1:
            metrics["stderr"] = stdev(values) / sqrt(len(values))
        yield EvalScore(
            name=name,
            scorer=name,
            scored_samples=len(values),
            unscored_samples=len(samples) - len(values),
            metrics={metric: EvalMetric(name=metric, value=value) for metric, value in metrics.items()},
        )


def _file_name(log: EvalLog) -> str:
    """As inspect_ai names its own logs: the time, the task, the id."""
    time = log.eval.created.replace(":", "-")
    return f"{time}_{re.sub(r'[^A-Za-z0-9]+', '-', log.eval.task)}_{log.eval.task_id}.eval"


def _write(log: EvalLog, file: IO[bytes]) -> None:
    """Write a log by inspect_ai's own writer, then with the members' times of writing replaced by a fixed one."""
    from inspect_ai.log import write_eval_log

    with TemporaryDirectory() as place:
        written = Path(place) / "log.eval"
        write_eval_log(log, written)
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(file, "w") as timeless:
            for member in source.infolist():
                info = zipfile.ZipInfo(member.filename)  # whose time is the first that the format has
                info.compress_type = member.compress_type
                timeless.writestr(info, source.read(member))
