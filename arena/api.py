"""Arena from Python: measure players, load runs, look at them. For scripts and notebooks.

    import arena

    run = arena.tournament(["uniform", "llm:gemma-3-270m"], games=["rps"], matches=100, store="arena.db")
    print(run.table())
    run.figure("figure4").savefig("figure4.png")
    frame = run.to_pandas()

Every call waits until it is done, even where an event loop is already running, as in a notebook. Settings have the same
names as in a suite's file; a repeated call continues where the last one stopped, as the commands do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from arena.backends.loading import Models
from arena.backends.local.settings import Settings
from arena.errors import InputError, UsageError
from arena.experiments.experiment import Plan, Spec, carry_out
from arena.experiments.past import Shown
from arena.experiments.registry import EXPERIMENTS, find_experiment
from arena.reports.folder.files import write_folder
from arena.reports.look import look
from arena.reports.registry import reports_of
from arena.reports.report import Report
from arena.reports.terminal import terminal
from arena.session.progress import observer
from arena.store.export import export
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import meant

if TYPE_CHECKING:
    import pandas
    import pyarrow
    from matplotlib.figure import Figure

T = TypeVar("T")

DEFAULT_STORE = "arena.db"
_WIDTH = 120  # columns of a printed table


@dataclass(frozen=True)
class Run:
    """A run in a store, and its report. Every method may raise StoreError or InputError."""

    store: Path
    name: str

    @cached_property
    def report(self) -> Report:
        """The run's tables and figures."""
        with Store.open(self.store) as opened:
            return reports_of(opened, [opened.run(self.name)])[0]

    def table(self, width: int = _WIDTH) -> str:
        """The run's tables as text, `width` columns wide; a notebook shows the run itself as Markdown."""
        from rich.console import Console

        console = Console(width=width, color_system=None, force_terminal=False, force_jupyter=False)
        with console.capture() as captured:
            console.print(terminal(self.report.tables, width))
        return captured.get()

    def figure(self, key: str = "") -> Figure:
        """One of the run's figures, by key ("figure4"), or the first. Raises UsageError for an unknown key."""
        figures = {figure.key: figure for figure in self.report.figures}
        if not figures:
            raise InputError(f"run {self.name} has no figures, only tables: use table()")
        if key and key not in figures:
            raise UsageError(f"run {self.name} has no figure {key!r}: {meant(key, figures)}")
        return figures[key].draw() if key else next(iter(figures.values())).draw()

    def to_json(self) -> dict[str, Any]:
        """The whole report as a document, with nothing rounded."""
        return self.report.to_json()

    def to_arrow(self, what: str = "") -> pyarrow.Table:
        """Every round or answer as a table. `what` is "rounds", "answers", "findings" or "prompts"; by default,
        "answers" or "rounds", whichever the run has. docs/export.md describes their columns.

        Raises InputError without the extra `parquet`.
        """
        with TemporaryDirectory() as folder, Store.open(self.store) as opened:
            export(opened, Path(folder) / "rows", "parquet", run=opened.run(self.name))
            files = {path.stem: path for path in (Path(folder) / "rows").iterdir()}
            name = what or ("answers" if "answers" in files else "rounds")
            if name not in files:
                raise UsageError(f"run {self.name} has no {name!r}: {meant(name, files)}")
            import pyarrow.parquet

            return pyarrow.parquet.read_table(files[name])

    def to_pandas(self, what: str = "") -> pandas.DataFrame:
        """The same as a data frame. Raises InputError without pandas."""
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise InputError("pandas isn't installed here: pip install pandas, or use to_arrow()") from error
        return self.to_arrow(what).to_pandas()

    def write(self, folder: str | Path, *, mpl_style: str = "", figure_size: str = "") -> None:
        """Write all tables and figures to a folder, in every format, with a page (index.html) and a manifest.

        `mpl_style` is a style file of matplotlib or a style's name, `figure_size` 5.5 or 5.5x4, in inches.
        """
        with Store.open(self.store) as opened:
            runs = [opened.run(self.name)]
        write_folder([self.report], runs, Path(folder), look=look(mpl_style, figure_size))

    def _repr_markdown_(self) -> str:
        from arena.reports.writers import markdown_tables

        return markdown_tables(self.report.tables)


def tournament(subjects: str | Sequence[str], *, store: str | Path = DEFAULT_STORE, **said: Any) -> Run:
    """Play matches of every subject: `games`, `opponents`, `matches`, `rounds`, `seed`, `temperature`, ... are the
    fields of `arena.experiments.tournament.spec.TournamentSpec`; `progress` and `settings` are those of `measure`."""
    return measure("tournament", subjects=subjects, store=store, **said)


def numbers(
    subjects: str | Sequence[str], task: str = "integers", *, store: str | Path = DEFAULT_STORE, **said: Any
) -> Run:
    """Ask every subject for random numbers: `n`, `mode`, `temperatures`, `top_p`, ... are the fields of
    `arena.experiments.numbers.spec.NumbersSpec`. Tasks of ten numbers are sampled unless `mode` says otherwise."""
    if task == "sequences":
        said = {"mode": "sample", **said}
    return measure("numbers", subjects=subjects, task=task, store=store, **said)


def measure(
    experiment: str,
    *,
    store: str | Path = DEFAULT_STORE,
    progress: bool = True,
    settings: Settings | None = None,
    **said: Any,
) -> Run:
    """Run an experiment of any kind, including those that other packages add. `said` are the fields of its spec,
    `settings` how models are run; `progress` is shown on standard error.

    Raises UsageError for an experiment or a field that doesn't exist, and everything that the commands raise.
    """
    import msgspec

    try:
        kind = find_experiment(experiment)
    except KeyError:
        raise UsageError(f"there is no experiment {experiment!r}: {meant(experiment, EXPERIMENTS.names())}") from None
    plain = {name: [value] if name in _LISTS and isinstance(value, str) else value for name, value in said.items()}
    try:
        spec: Spec = msgspec.convert(plain, kind.spec)
    except msgspec.ValidationError as error:
        raise UsageError(f"{experiment}: {error}") from error
    place = Path(store)

    async def work() -> RunRow:
        with observer("auto" if progress else "none") as watching, Store.open(place, create=True) as opened:
            models = Models(settings, watching.tell)
            try:
                with EXPERIMENTS.blaming(experiment):
                    plan: Plan = await kind.plan(spec, models)
                    watching.expects([plan], Shown(opened))
                    return await carry_out(plan, opened, models, watching)
            finally:
                await models.close()

    return Run(place, _wait(work()).name)


_LISTS = frozenset({"subjects", "games", "opponents"})  # fields that may be given as a single text


def load(store: str | Path = DEFAULT_STORE, run: str | None = None) -> Run:
    """A run in a store by its name; the one begun last if none is named."""
    with Store.open(Path(store)) as opened:
        return Run(Path(store), opened.run(run).name)


def runs(store: str | Path = DEFAULT_STORE) -> list[Run]:
    """All runs in a store, the oldest first."""
    with Store.open(Path(store)) as opened:
        return [Run(Path(store), run.name) for run in opened.runs()]


def _wait(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine. If a loop is already running here, it waits while the work runs in its own loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    beside = ThreadPoolExecutor(1)
    try:
        return beside.submit(asyncio.run, work).result()
    finally:
        beside.shutdown(wait=False)  # interrupting the wait doesn't wait for the work
