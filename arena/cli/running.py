"""Long work from the command line: progress, closing models at the end, interruption without loss."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from arena.cli.options import settings_of
from arena.cli.output import tell
from arena.errors import ExitCode

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.experiments.experiment import Plan, Spec
    from arena.experiments.suites.running import Done
    from arena.experiments.suites.suite import Suite
    from arena.session.progress import Silent
    from arena.store.rows import RunRow
    from arena.store.store import Store

T = TypeVar("T")

Work = Callable[["Store", "Models", "Silent"], Awaitable[T]]
S = TypeVar("S", bound="Spec")


def spec_of(kind: type[S], chosen: Mapping[str, Any]) -> S:
    """An experiment's spec from a command's options: each field is the option of the same name."""
    said = {name: chosen[name] for name in kind.__struct_fields__ if name in chosen}
    plain: dict[str, Any] = {name: str(value) if isinstance(value, Path) else value for name, value in said.items()}
    return kind(**plain)


def measure(plan: Callable[[Models], Awaitable[Plan]], chosen: Mapping[str, Any], published: bool = False) -> None:
    """Carry out a plan and show its report, or list its costs for a dry run. `chosen` has the values of the options
    that all such commands have."""
    if chosen.get("dry_run"):
        from arena.cli.costs import Listed, list_costs

        async def listed(models: Models) -> list[Listed]:
            return [Listed("", (), await plan(models))]

        list_costs(listed, chosen)
        return
    from arena.cli.output import ready, show, write_reports
    from arena.experiments.experiment import carry_out
    from arena.experiments.past import Shown
    from arena.reports.options import ReportSettings
    from arena.reports.registry import reports_of
    from arena.store.store import Store

    async def work(store: Store, models: Models, watching: Silent) -> RunRow:
        planned = await plan(models)
        watching.expects([planned], Shown(store))
        return await carry_out(planned, store, models, watching)

    with Store.open(chosen["store"], create=True) as opened:
        run = to_its_end(work, opened, chosen["display"], chosen)
        reports = reports_of(opened, [run], ReportSettings(published, again=True))
        found = ready(reports, [run])
        write_reports(found, [run], chosen.get("out"))
        if chosen["as_json"]:
            show(reports, "json")
        else:
            show(found, "rich")


def suite_to_its_end(suite: Suite, store: Store, chosen: Mapping[str, Any], only: Sequence[str] = ()) -> Done:
    """Run what a suite lacks. `chosen` has the values of the options that all such commands have."""
    from arena.experiments.suites.running import run_suite

    async def work(opened: Store, models: Models, watching: Silent) -> Done:
        return await run_suite(suite, opened, models, watching, watching.turn, only)

    return to_its_end(work, store, chosen["display"], chosen)


def exit_if_failed(suite: Suite, done: Done) -> None:
    """Say which parts failed, and exit with the first one's code; do nothing if none did."""
    for why, parts in groupby(done.failed, key=lambda part: str(part.error)):  # one reason, such as a missing model
        first, *others = parts
        if others:
            numbers = ", ".join(str(part.number) for part in (first, *others))
            tell(f"parts {numbers} of {len(suite.parts)} failed: {why}")
        else:
            tell(f"part {first.number} of {len(suite.parts)} ({first.kind}) failed: {why}")
    if done.failed:
        sys.exit(done.failed[0].error.exit_code)


def to_its_end(work: Work[T], store: Store, display: str, chosen: Mapping[str, Any]) -> T:
    """Do some work with models and a display. `chosen` has the values of `model_options`.

    Ctrl-C and SIGTERM end it with exit code 130, and print the command that continues it.
    """
    from arena.session.progress import observer

    with observer(display) as watching:
        try:
            return asyncio.run(_with_models(work, store, watching, chosen))
        except (KeyboardInterrupt, asyncio.CancelledError):
            pass
    tell(f"interrupted; everything done so far is in {store.path}. To go on: {_typed()}")
    sys.exit(ExitCode.INTERRUPTED)


def _typed() -> str:
    """The command as it was typed, so that it can be typed again."""
    return shlex.join(["arena", *sys.argv[1:]])


async def _with_models(work: Work[T], store: Store, watching: Silent, chosen: Mapping[str, Any]) -> T:
    from arena.backends.loading import Models
    from arena.backends.server import ServerSettings

    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):  # not on every system
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    server = ServerSettings(patience=chosen["patience"])
    models = Models(settings_of(chosen), watching.tell, server=server, command=_typed())
    try:
        return await work(store, models, watching)
    finally:
        await models.close()
