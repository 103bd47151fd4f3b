"""A store with runs of games and of a task, whose texts look like markup."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from arena.records import Answer, Decision, Outcome, Policy, Prompt, Round, Sample
from arena.store import CellSpec, Store
from arena.store.rows import Asked
from tests.support.specs import numbers_run, tournament_run

MARKUP: Final = "<script>alert(1)</script> # big\n**bold** [link](javascript:alert(1)) | ` {{ x }} \x00\u202e é rock"
POLICY: Final = (0.25, 0.625, 0.125)
PLAYED: Final = CellSpec(
    "llm:<b>m|greedy|rps|log|-", "llm:<b>m", "greedy", "rps", Asked(style="base", wording="log", temperature=0.5)
)
BOTS: Final = CellSpec("human|uniform|rps|-|-", "human", "uniform", "rps")
DRAWN: Final = CellSpec(
    "llm:<b>m||integers|w|-", "llm:<b>m", "", "integers", Asked(style="base", wording="w", temperature=1.0, top_p=0.9)
)


def fill(path: Path, seeds: tuple[int, ...] = (0,)) -> None:
    """Runs of three matches, of which the last is unfinished, a person's and a model's; and of three answers."""
    asked = Prompt("<i>Round</i>\n# 1:", (1, 2))
    refused = Sample("hm", (3,), "length")
    win = Round(
        1, Outcome.WIN, Decision(Policy(POLICY, 0.9, 0.95), 0, (refused, Sample(MARKUP, (7,), "move")), asked),
        Decision(Policy((0.0, 0.0, 1.0)), 2),
    )  # fmt: skip
    forfeit = Round(2, Outcome.LOSS, Decision(Policy(POLICY, 0.9, 0.95), None, (refused,), asked), Decision(None, 2))
    person = [Round(n, Outcome.TIE, Decision(None, 0), Decision(None, 0)) for n in (1, 2)]
    with Store.open(path, create=True) as store:
        for seed in seeds:
            with store.begin(tournament_run((PLAYED, BOTS), 3, 2, seed)) as run:
                for match in range(3):
                    for cell, rounds in ((PLAYED, (win, forfeit)), (BOTS, person)):
                        for played in rounds[: 1 if match == 2 else 2]:
                            run.add_round(cell.key, match, played)
                        if match < 2:
                            run.finish_match(cell.key, match)
        with store.begin(numbers_run([DRAWN], 2)) as run:
            run.add_prompt(DRAWN.key, asked)
            for number, value in enumerate(((7,), None, (0,))):
                run.add_answer(DRAWN.key, number, Answer(Sample(f"{MARKUP} {number}", (7,), "eos"), value))
            run.set_finding(DRAWN.key, "entropy", {"entropy": 2.5})
            run.finish()
