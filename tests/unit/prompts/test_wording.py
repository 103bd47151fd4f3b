"""Wordings: the shipped ones, their identity, how much history they show, and what is no wording."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import pytest

from arena.errors import InputError
from arena.experiments.numbers.task import TASKS
from arena.games import game_names, parse_game
from arena.prompts.wording import (
    PARAPHRASES,
    STYLES,
    ShownRound,
    Style,
    Wording,
    find_task_wording,
    find_wording,
    read_wording,
)
from arena.records import Outcome, Seat

OUTCOMES = {Outcome.WIN: "win", Outcome.TIE: "tie", Outcome.LOSS: "loss"}
SHIPPED = [*game_names(), "hide-and-seek:2", "a-game-without-a-wording"]


def histories(name: str, seat: Seat) -> list[tuple[ShownRound, ...]]:
    """None, one of each pair of moves, and all of them in a row."""
    game = parse_game(name if name in game_names() or ":" in name else "rps")
    rounds = []
    for move, reply in product(range(len(game.moves)), range(len(game.replies))):
        outcome = game.outcome(move, reply)
        mine, theirs = game.moves[move], game.replies[reply]
        if seat is Seat.OPPONENT:
            mine, theirs, outcome = theirs, mine, Outcome(-outcome)
        rounds.append(ShownRound(len(rounds) + 1, mine, theirs, OUTCOMES[outcome]))
    return [(), *((ShownRound(1, past.mine, past.theirs, past.outcome),) for past in rounds), tuple(rounds)]


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_wording_renders_for_every_history(name: str, style: Style, seat: Seat) -> None:
    game = parse_game(name if name in game_names() or ":" in name else "rps")
    wording = find_wording(name, style, seat)
    assert wording.style == style
    for rounds in histories(name, seat):
        prompt, infix = wording.render(game.moves, game.replies, rounds, len(rounds) + 1)
        assert not (infix or prompt).endswith((" ", "\t"))
        assert "{" not in prompt + infix and "%}" not in prompt + infix
        assert all(move in prompt.lower() for move in game.moves)
    # every round that can have been is told, and told differently
    none, *single, whole = (wording.render(game.moves, game.replies, past, 2)[0] for past in histories(name, seat))
    assert len({none, whole, *single}) == len(game.moves) * len(game.replies) + 2
    assert all(len(none) < len(prompt) < len(whole) for prompt in single)


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_longer_history_begins_with_the_shorter_one(name: str, style: Style, seat: Seat) -> None:
    """Only so is the model's work on a prompt kept from one round to the next."""
    wording = find_wording(name, style, seat)
    game = parse_game(name if name in game_names() or ":" in name else "rps")
    whole = histories(name, seat)[-1]
    prompts = [wording.render(game.moves, game.replies, whole[:count], count + 1)[0] for count in range(len(whole))]
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(prompts))


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_request_ends_in_its_last_word_with_and_without_history(name: str, seat: Seat) -> None:
    """The format's closing tokens bring their own line break."""
    wording = find_wording(name, "instruct", seat)
    game = parse_game(name if name in game_names() or ":" in name else "rps")
    for rounds in histories(name, seat):
        prompt, _ = wording.render(game.moves, game.replies, rounds, len(rounds) + 1)
        assert prompt == prompt.strip()
        question, *told = prompt.split("\n\n")  # a blank line stands between the question and what was played
        assert "\n" not in question and len(told) == bool(rounds)
        assert [line.partition(":")[0] for text in told for line in text.split("\n")] == [
            f"Round {past.number}" for past in rounds
        ]


@pytest.mark.parametrize(
    ("task", "variant"), [*((task, "") for task in TASKS), *(("integers", variant) for variant in PARAPHRASES)]
)
def test_a_tasks_request_ends_in_its_last_word(task: str, variant: str) -> None:
    prompt, infix = find_task_wording(task, "instruct", variant).render("0", "", (), 1)
    assert prompt == prompt.strip() and infix == infix.strip()


def test_only_the_request_that_the_paper_prints_is_called_the_papers() -> None:
    """The phrase is that of its section 2.1.1; it prints none for letters or sequences, and no paraphrase."""
    asked = [*((task, "") for task in TASKS), *(("integers", variant) for variant in PARAPHRASES)]
    ours = [find_task_wording(task, "instruct", variant) for task, variant in asked]
    (named,) = [wording for wording in ours if wording.label == "paper"]
    assert named.prompt == "Generate a random integer, uniformly between 0 and 10 (inclusive)."


def test_the_seats_of_hide_and_seek_read_differently() -> None:
    for style in STYLES:
        hider, seeker = (find_wording("hide-and-seek", style, seat) for seat in Seat)
        assert "hid" in hider.infix and "look" in seeker.infix


def test_a_game_with_an_option_has_the_wording_of_the_game() -> None:
    assert find_wording("hide-and-seek:3", "base", Seat.SUBJECT) == find_wording("hide-and-seek", "base", Seat.SUBJECT)


WORDING = Wording(
    "test", "base", "{% for r in rounds %}{{ r.number }}{{ r.mine }} {% endfor %}", "{{ number }}:", (",",)
)
ROUNDS = tuple(ShownRound(number, "a", "b", "tie") for number in range(1, 5))


@pytest.mark.parametrize(
    ("shown", "prompt"),
    [(None, "1a 2a 3a 4a "), (0, ""), (1, "4a "), (3, "2a 3a 4a "), (4, "1a 2a 3a 4a "), (9, "1a 2a 3a 4a ")],
)
def test_only_the_last_rounds_are_shown(shown: int | None, prompt: str) -> None:
    wording = Wording("test", "base", WORDING.prompt, WORDING.infix, (), shown)
    assert wording.render("a", "b", ROUNDS, 5) == (prompt, "5:")


def test_the_name_changes_with_everything_that_a_model_can_notice() -> None:
    changed = [
        Wording("other", "base", WORDING.prompt, WORDING.infix, WORDING.closing),
        Wording("test", "base", WORDING.prompt + "!", WORDING.infix, WORDING.closing),
        Wording("test", "base", WORDING.prompt, WORDING.infix + "!", WORDING.closing),
        Wording("test", "base", WORDING.prompt, WORDING.infix, (",", ".")),
        Wording("test", "base", WORDING.prompt, WORDING.infix, WORDING.closing, 0),
        Wording("test", "base", WORDING.prompt, WORDING.infix, WORDING.closing, 3),
        # a letter that moves from one part to the next
        Wording("test", "base", WORDING.prompt[:-1], WORDING.prompt[-1] + WORDING.infix, WORDING.closing),
        Wording("test", "base", WORDING.prompt, WORDING.infix + WORDING.closing[0], ()),
    ]
    names = [WORDING.name, *(wording.name for wording in changed)]
    assert len(set(names)) == len(names)
    assert WORDING.name.startswith("test@") and changed[5].name.endswith("+history3")
    assert Wording("test", "base", WORDING.prompt, WORDING.infix, WORDING.closing).name == WORDING.name


def test_every_shipped_wording_has_a_name_of_its_own() -> None:
    names = {
        (name, style, wording.name, wording.prompt, wording.infix)
        for name, style, seat in product(SHIPPED, STYLES, Seat)
        for wording in [find_wording(name, style, seat)]
    }
    by_name: dict[str, set[tuple[str, str]]] = {}
    for _, _, name, prompt, infix in names:
        by_name.setdefault(name, set()).add((prompt, infix))
    assert all(len(texts) == 1 for texts in by_name.values())


@pytest.mark.parametrize(
    ("prompt", "infix"),
    [
        ("ends in a space ", ""),
        ("a prompt", "an infix "),
        ("{% if number == 5 %}x {% endif %}", ""),
    ],
)
def test_a_prompt_that_ends_in_a_space_is_refused(prompt: str, infix: str) -> None:
    with pytest.raises(InputError, match="ends in a space"):
        Wording("mine", "base", prompt, infix, ()).render("a", "b", ROUNDS, 5)


@pytest.mark.parametrize(
    "prompt",
    [
        "{{ opponent }}",  # no such value
        "{% for %}",
        "{{ moves.__class__.__mro__ }}",
        "{{ rounds[0].__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ 1 // 0 }}",
        "{{ moves + 1 }}",
    ],
)
def test_a_template_that_fails_or_reaches_out_is_refused(prompt: str) -> None:
    with pytest.raises(InputError, match="the wording 'mine' can't be rendered"):
        Wording("mine", "base", prompt, "", ()).render("a", "b", ROUNDS, 5)


GOOD = 'name = "mine"\nclosing = [","]\ninfix = "I"\nprompt = """\nOne\nTwo"""\n'


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    wording = read_wording(file, "instruct", 2)
    assert wording == Wording("mine", "instruct", "One\nTwo", "I", (",",), 2)


@pytest.mark.parametrize(
    "content",
    [
        b"no toml at all",
        b"\xff\xfe",
        b"",
        GOOD.replace("infix", "infx").encode(),
        (GOOD + "more = 1\n").encode(),
        GOOD.replace('"mine"', "3").encode(),
        GOOD.replace('[","]', '","').encode(),
        GOOD.replace('[","]', "[1]").encode(),
        GOOD.replace('[","]', '[""]').encode(),  # an empty mark would close every answer
    ],
)
def test_a_file_that_is_no_wording_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.toml"):
        read_wording(file, "base", None)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match=r"the wording .* can.t be read"):
            read_wording(path, "base", None)


@pytest.mark.parametrize("history", [0, 1, 2, 3, 4, 5, 100])
@pytest.mark.parametrize("past", range(6))
def test_a_history_shows_the_last_rounds_and_all_of_them_where_there_are_fewer(history: int, past: int) -> None:
    rounds = tuple(ShownRound(number, f"move{number}", "rock", "win") for number in range(1, past + 1))
    wording = Wording("test", "base", "{% for r in rounds %}{{ r.mine }},{% endfor %}", "", ("\n",), history)
    prompt, _ = wording.render(["rock"], ["rock"], rounds, past + 1)
    shown = [mine for mine in prompt.split(",") if mine]
    assert shown == [f"move{number}" for number in range(1, past + 1)][max(0, past - history) :]
