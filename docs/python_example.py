"""Arena from Python: two bots play rock-paper-scissors against the greedy reader, and draw numbers."""

from pathlib import Path
from tempfile import TemporaryDirectory

import arena

with TemporaryDirectory() as folder:
    store = Path(folder) / "arena.db"

    # the same names as in a suite's file; a repeated call continues where the last one stopped
    run = arena.tournament(["uniform", "mix:rock=0.6,paper=0.4"], games="rps", matches=100, rounds=10, store=store)
    print(run.table())
    run.figure("figure4").savefig(Path(folder) / "figure4.png")

    # every round as a table for other libraries; here, with Arrow alone, how often each player played each move
    rounds = run.to_arrow()
    for row in rounds.group_by(["subject", "move"]).aggregate([("round", "count")]).sort_by("subject").to_pylist():
        print(f"{row['subject']} played {row['move']} {row['round_count']} times")

    drawn = arena.numbers("fixed:7", n=200, store=store)
    print(drawn.to_json()["cells"][0]["chi2"], "is as far from uniform as 200 draws can be")

    # later, or elsewhere
    assert arena.load(store).name == drawn.name
    assert [one.name for one in arena.runs(store)] == [run.name, drawn.name]
