"""The plain mode, with answers from a pipe, from a file, and typed into a terminal that can do nothing."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from arena.session.ending.words import points
from arena.store.store import Store
from tests.support.commands import ARENA, PATIENCE
from tests.support.forked import Ended, forge

READER = ("--game", "rps", "--subject", "human", "--opponent", "markov:2")


@pytest.fixture(autouse=True)
def _in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def played(typed: str | bytes, *words: str, code: int = 0) -> str:
    """The output of a plain match with these answers, which come from a file."""
    answers = Path("answers")
    answers.write_bytes(typed if isinstance(typed, bytes) else typed.encode())
    ended: Ended = forge().run(
        ["play", "--plain", *words],
        folder=Path.cwd(),
        environment=os.environ,
        patience=PATIENCE,
        stdin=answers.absolute(),
    )
    assert ended.code == code and ended.in_time, ended.stderr.decode()
    assert b"Traceback" not in ended.stderr and b"\x1b" not in ended.stdout
    return ended.stdout.decode() + ended.stderr.decode()


def matches() -> list[tuple[int, bool, str]]:
    """The rounds of each match of the store, whether it is finished, and its state."""
    with Store.open(Path("arena.db")) as store:
        return [
            (match.rounds, match.finished, match.state)
            for run in store.runs()
            for cell in store.cells(run)
            for match in store.matches(cell)
        ]


def test_moves_come_from_a_pipe_and_the_match_ends_as_on_the_card() -> None:
    process = subprocess.run(
        [*ARENA, "play", "--plain", *READER, "--rounds", "6"],
        input="rock\nr\n1\nROCK\nro\nrock\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    said = process.stdout
    assert process.stderr == ""
    assert "Round 1: you played rock, the merciless reader played " in said
    assert "It had nothing to go by and drew any move." in said
    assert "Round 6: you played rock, the merciless reader played paper. Paper beats rock: you lost." in said
    assert "It had expected rock: it read you. Why: after rock, rock you played rock 3 of 3 times." in said
    assert "Round 3 of 6. Its guess is sealed. Your move: 1" in said  # what was piped in stands in the output
    assert "The match is over. You lost" in said
    assert "It read you in 5 of the 5 rounds that it had a guess for, 100%. Chance would be 33%." in said
    assert "What gave you away: you played rock, 6 of 6 times." in said
    assert "Your first match against it" in said and said.endswith("The input has ended.\n")
    assert matches() == [(6, True, "finished")]


def test_what_the_command_line_leaves_open_is_asked() -> None:
    said = played("matching\nfixed:heads\n1000000\n2\nh\nt\n1\n")
    assert "3. rock-paper-scissors" in said and "1. it reads you: fair (frequency)" in said
    assert "'1000000' isn't a whole number from 1 to 100,000." in said
    assert "Matching pennies, 2 rounds: you against fixed:heads." in said
    assert "The policy of fixed:heads was heads 100%, tails 0%. Determinism 1.00, chance 0.50." in said
    assert "What now?" in said and matches() == [(2, True, "finished")]
    again = played("\n\n\nquit\n")  # the same once more, by Enter alone
    assert "Matching pennies, 2 rounds: you against fixed:heads." in again and "You have left." in again


def test_bad_input_gets_a_sentence_and_costs_no_round() -> None:
    typed = b"stone\n\n7\n\x1b[31mrock\n\xff\xfe\n" + b"x" * 100_000 + b"\nscore\nhelp\npaper\n"
    said = played(typed, *READER, "--rounds", "1")
    assert "'stone' isn't a move: there are" not in said and "'stone' isn't a move: 1 rock, 2 paper, 3 scissors" in said
    assert "'7' isn't a move" in said and r"\x1b[31mrock" in said
    assert "Score: 0 won, 0 tied, 0 lost, net 0." in said and "determinism: the largest probability" in said
    assert matches() == [(1, True, "finished")]


def test_a_match_that_was_left_is_gone_on_with() -> None:
    first = played("paper\nscissors\n", *READER, "--rounds", "4", "--seed", "3")
    assert "The input has ended. 2 of 4 rounds were played, and are kept" in first
    assert matches() == [(2, False, "abandoned")]
    second = played("1\nrock\npaper\n")
    assert "Your match against the merciless reader isn't over: round 3 of 4 is next." in second
    assert "2 of its rounds were played before. Score: " in second and "Round 2:" not in second
    assert "Round 3: you played rock" in second and matches() == [(4, True, "finished")]
    assert "isn't over" not in played("")


def test_two_bots_are_watched() -> None:
    said = played("", "--game", "rps", "--subject", "fixed:rock", "--opponent", "greedy", "--rounds", "2")
    assert "Round 2: fixed:rock played rock, the greedy reader played paper. Paper beats rock: fixed:rock lost." in said
    assert "The match is over. Score: 0 won, 0 tied, 2 lost, net -100." in said and matches() == [(2, True, "finished")]


def test_a_mind_reader_hears_the_mind_first() -> None:
    words = ("--game", "rps", "--subject", "mix:rock=0.6,paper=0.2,scissors=0.2", "--opponent", "human:mind-reader")
    said = played("paper\n", *words, "--rounds", "1")
    told = "in this round: rock 60%, paper 20%, scissors 20%. Determinism 0.60, chance 0.33, mass on legal moves 1.00."
    assert said.index(f"{told} Best against it: paper.") < said.index("Your move: paper")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--show",), 2, "--show and --lobby are about the app's screen"),
        (("--game", "chess"), 2, "there is no game 'chess'"),
        (("--game", "rps", "--opponent", "llm:gema-3-270m"), 3, "did you mean"),
        (("--game", "rps", "--subject", "human", "--opponent", "greedy"), 2, "a person has none to read"),
    ],
)
def test_what_the_command_line_names_wrongly_is_said_at_once(words: tuple[str, ...], code: int, sentence: str) -> None:
    assert sentence in played("", *words, code=code) and not Path("arena.db").exists()


@pytest.mark.model
def test_a_model_s_policy_is_said_after_the_round() -> None:
    words = ("--game", "rps", "--subject", "llm:gemma-3-270m", "--opponent", "human", "--rounds", "2", "--seed", "1")
    said = played("rock\nscissors\n", *words)
    assert "Loading gemma-3-270m." in said
    with Store.open(Path("arena.db")) as store:
        (run,) = store.runs()
        (cell,) = store.cells(run)
        rounds = store.rounds(cell, 3)
        net = 100 * -rounds.outcome.mean()
    for number, (policy, mass) in enumerate(zip(rounds.policy, rounds.mass, strict=True), 1):
        shares = ", ".join(
            f"{move} {share:.0%}" for move, share in zip(("rock", "paper", "scissors"), policy, strict=True)
        )
        told = said[said.index(f"Round {number}: you") :]
        assert f"The policy of gemma-3-270m was {shares}. Determinism {max(policy):.2f}, chance 0.33, " in told
        assert f"mass on legal moves {mass:.2f}." in told
    assert f"You scored {points(net)}." in said and "Its determinism, how likely its likeliest move was, was" in said


class Dumb:
    """The plain mode in a terminal of which nothing is known, with what it wrote."""

    def __init__(self, *words: str) -> None:
        self._main, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arena", "play", "--plain", *words],
            stdin=other,
            stdout=other,
            stderr=other,
            env=os.environ | {"TERM": "dumb", "LC_ALL": "C"},
            preexec_fn=lambda: os.login_tty(0),  # so that Ctrl-C reaches it
        )
        os.close(other)
        self.written = ""

    def _read(self) -> bool:
        """Whether anything could be read."""
        if not select.select([self._main], [], [], 0.1)[0]:
            return False
        try:
            self.written += os.read(self._main, 65536).decode("ascii")
        except OSError:  # it has ended
            return False
        return True

    def until(self, what: str) -> None:
        for _ in range(600):
            if what in self.written:
                return
            self._read()
        raise AssertionError(f"{what!r} was never written: {self.written}")

    def type(self, text: str) -> None:
        os.write(self._main, text.encode())

    def end(self) -> int:
        """Its exit code, once it has left."""
        while self.process.poll() is None or self._read():
            self._read()
        return self.process.wait(1)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._main)


@pytest.fixture
def dumb() -> Iterator[Callable[..., Dumb]]:
    with ExitStack() as stack:

        def start(*words: str) -> Dumb:
            opened = Dumb(*words)
            stack.callback(opened.close)
            return opened

        yield start


@pytest.mark.parametrize(
    ("leave", "code", "last"),
    [
        ("\x03", 130, "arena: interrupted"),
        ("\x04", 0, "The input has ended. "),
        (signal.SIGTERM, 130, "arena: interrupted"),
    ],
)
def test_a_dumb_terminal_is_enough_and_may_be_left(
    dumb: Callable[..., Dumb], leave: str | signal.Signals, code: int, last: str
) -> None:
    app = dumb(*READER, "--rounds", "5")
    app.until("Round 1 of 5. Its guess is sealed. Your move: ")
    app.type("paper\n")
    app.until("Round 2 of 5. Its guess is sealed. Your move: ")
    if isinstance(leave, str):
        app.type(leave)
    else:
        app.process.send_signal(leave)
    assert app.end() == code
    assert last in app.written and "1 of 5 rounds were played, and are kept" in app.written
    assert app.written.count("paper\r\n") == 1, "what is typed is shown once, by the terminal"
    assert "\x1b" not in app.written and "Traceback" not in app.written
    assert matches() == [(1, False, "abandoned")]
