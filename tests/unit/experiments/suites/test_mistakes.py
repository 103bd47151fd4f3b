"""Whatever is wrong in a suite's file is said in a sentence that names the file, the line and the key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from arena.backends.loading import Models
from arena.errors import InputError
from arena.experiments.suites.planning import plan_suite
from arena.experiments.suites.suite import find_suite

HEAD = 'title = "T"\nsubjects = [\n  "uniform",\n]\n\n'  # five lines
GAME, TASK = "[[tournament]]\n", '[[numbers]]\ntask = "integers"\n'  # line 6, and 7

# what is written, the line that is named, and the rest of the sentence
MISTAKES = [
    ('subjects = ["uniform"]\n[[tournament]]\n', "line 1: the key `title` is missing"),
    ('title = 3\n[[tournament]]\nsubjects = ["uniform"]\n', "line 1, `title`: it should be text in quotation marks"),
    (HEAD + "sed = 1\n" + GAME, "line 6, `sed`: there is no such key: did you mean 'seed'?"),
    (HEAD + "seed = 1.5\n" + GAME, "line 6, `seed`: it should be a whole number, and is a number with a fraction"),
    (HEAD + 'name = "mine"\n' + GAME, "line 6, `name`: no suite has this key"),
    (HEAD + "[leaves_out]\npoems = true\n" + GAME, "line 6, `leaves_out`: each of its values should be text"),
    (HEAD + '[numbers]\ntask = "integers"\n', "line 6, `numbers`: a part of a suite has two brackets"),
    (HEAD + "[[tornament]]\n", "line 6, [[tornament]] number 1: there is no such experiment"),
    ('title = "T"\n\n[[tournament]]\n', "line 3, [[tournament]] number 1: it names no `subjects`"),
    (HEAD + "[[numbers]]\nn = 5\n", "line 6, [[numbers]] number 1: the key `task` is missing"),
    (HEAD + TASK + "m = 3\n", "line 8, `m` of [[numbers]] number 1: there is no such key"),
    (HEAD + TASK + TASK + "n = 0\n", "line 10, `n` of [[numbers]] number 2: it should be a whole number of at least 1"),
    (HEAD + TASK + 'n = "many"\n', "line 8, `n` of [[numbers]] number 1: it should be a whole number, and is text"),
    (HEAD + TASK + "# two\ntop_p = [1, 1.5]\n", "line 9, `top_p` of [[numbers]] number 1: its entry 2 should be"),
    (HEAD + TASK + "temperatures = [inf]\n", "line 8, `temperatures` of [[numbers]] number 1: its entry 1 should be"),
    (HEAD + TASK + "temperatures = 1\n", "`temperatures` of [[numbers]] number 1: it should be a list, as in [1, 2]"),
    (HEAD + TASK + 'mode = "exakt"\n', "line 8, `mode` of [[numbers]] number 1: it is 'exakt', and there are 'both'"),
    (HEAD + GAME + "span = [1]\n", "line 7, `span` of [[tournament]] number 1: it should be a list of 2"),
    (HEAD + GAME + "span = [3, 900]\n", "line 7, `span` of [[tournament]] number 1: --matches is 3-900"),
    (HEAD + GAME + 'games = ["rps", "chess"]\n', "line 7, `games` of [[tournament]] number 1: there is no game"),
    (HEAD + GAME + 'games = ["rps", "rps"]\n', "line 6, [[tournament]] number 1: uniform · rock-paper"),
    (HEAD + GAME + "games = []\n", "line 6, [[tournament]] number 1: nothing would be measured"),
    (HEAD + GAME + 'opponents = ["gredy"]\n', "line 7, `opponents` of [[tournament]] number 1: there is no"),
    (HEAD + GAME + 'format = "tulip"\n', "line 7, `format` of [[tournament]] number 1: there is no format 'tulip'"),
    (HEAD + GAME + "matches = 2_000_000\n", "line 7, `matches` of [[tournament]] number 1: --games is 2,000,000"),
    (HEAD + GAME + 'subjects = ["a", "a"]\n', "line 7, `subjects` of [[tournament]] number 1: 'a' is there twice"),
    (HEAD + GAME + 'subjects = ["human"]\n', "line 6, [[tournament]] number 1: greedy reads the other"),
    (HEAD + '[[numbers]]\ntask = "intergers"\n', "line 7, `task` of [[numbers]] number 1: there is no task"),
    (HEAD + TASK + 'match_entropy = "greedy"\n', "line 8, `match_entropy` of [[numbers]] number 1: entropies"),
    (
        HEAD + TASK + 'subjects = [\n"llm:gemma-3-27m"\n]\n',
        "line 8, `subjects` of [[numbers]] number 1: there is no model 'gemma-3-27m'",
    ),
    (HEAD + TASK + 'mode = "exact"\n', "line 8, `mode` of [[numbers]] number 1: exact mode is for models"),
    (HEAD + "[[rewards]]\n", "line 2, `subjects` of [[rewards]] number 1: 'uniform' can't score answers"),
    (HEAD + "[[tournament]]\ngames = [\n", "(at end of document)"),
    (HEAD + 'seed = 1\nseed = 2\n' + GAME, "(at line 7, column 9)"),
    (HEAD, "has no part: write at least one of [[anchors]], [[numbers]]"),
]  # fmt: skip


def sentence(text: str, folder: Path) -> str:
    """What is said about a suite with this text."""
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        asyncio.run(plan_suite(find_suite(str(file)), Models()))
    said = str(caught.value)
    assert said.startswith(f"the suite {file}")
    return said


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    assert said in sentence(text, tmp_path)


def test_windows_line_ends_change_no_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes((HEAD + TASK + "n = 0\n").replace("\n", "\r\n").encode())
    with pytest.raises(InputError, match=r"line 8, `n`"):
        find_suite(str(file))
