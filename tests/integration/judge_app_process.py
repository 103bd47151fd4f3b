"""Judges contests of a store in the app by keys, for tests that kill it: `judge_app_process.py STORE NAME`. How many
pairs have been judged is printed as soon as the screen shows the next one."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.pilot import Pilot

from arena.session.judging import JudgeChoice
from arena.tui.app import ArenaApp
from tests.support.app import run, text


def main(path: str, name: str) -> None:
    app = ArenaApp(Path(path), judge=JudgeChoice(name))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        for done in range(1, 1000):
            await pilot.press("left")
            assert f"{done} of" in text(app, "judge-bar")
            print(done, flush=True)

    run(app, script)


if __name__ == "__main__":
    main(*sys.argv[1:])
