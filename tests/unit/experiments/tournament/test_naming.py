"""Sets of names, and the arrangements that a grid makes of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from arena.errors import InputError, UsageError
from arena.experiments.tournament.arrangements import arrangements
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.naming import find_names
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import parse_game
from tests.support.table_model import TableModels

RPS, HIDE = parse_game("rps"), parse_game("hide-and-seek")
OWN = find_names("own")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[rps]\nrock = "a"', "line 1: the key `name` is missing"),
        ('name = "a b"', "line 1, `name`: it should be one word"),
        ('name = "x"\n[chess]\nking = "a"', "line 2, `chess`: there is no such key"),
        ('name = "x"\n[rps]\nrock = "a"\nstone = "b"', "line 4, `stone` of [rps]: there is no such word to replace"),
        ('name = "x"\n[rps]\nrock = "a"\npaper = 3', "line 4, `paper` of [rps]: it should be one word"),
        (
            'name = "x"\n[rps]\nrock = "a"\npaper = "A"',
            "line 4, `paper` of [rps]: 'A' is there already, as the word",
        ),
        ('name = "x"\n[rps]\nrock = "Ann"', "line 3, `rock` of [rps]: 'Ann' is there already, as the players' name"),
        ('name = "x"\nrps = "a"', "line 2, `rps`: it should be a table"),
        ('name = "x"\n[players]\nAnne = "Kim"', "line 3, `Anne` of [players]: there is no such word"),
        ('name = "x"\n[players]\nAnn = "Bob"', "line 2, `players`: both players are called 'Bob'"),
        ('name = "x"\n[rps]\nrock = "a"\npaper = "b"', "line 2, `rps`: there is no word for `scissors`"),
    ],
)
def test_a_file_that_is_no_set_of_names_is_refused_by_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        find_names(str(file)).words(RPS)
    assert said in str(caught.value) and str(file) in str(caught.value)


def test_unknown_names_and_games_without_words_are_refused() -> None:
    with pytest.raises(UsageError, match="own, letters, others"):
        find_names("nothing")
    with pytest.raises(InputError, match=r"no words for hide & seek, 7 spots: add a table \[hide-and-seek\]"):
        find_names("letters").words(HIDE)


def test_every_word_stands_equally_often_in_every_role_and_place() -> None:
    for game in (RPS, HIDE, parse_game("hide-and-seek:4")):
        found = arrangements([find_names("others")], ("roles", "listing"), game)
        seen = Counter((word, role, one.listing.index(word)) for one in found for role, word in enumerate(one.roles))
        for pair in combinations(range(3), 2):
            counts = Counter()
            for key, times in seen.items():
                counts[tuple(key[at] for at in pair)] += times
            assert len(counts) == len(game.moves) ** 2 and len(set(counts.values())) == 1


def planned(**changes: object) -> list[tuple[str, str]]:
    """What the subject is asked first in each cell, and how the cell's key begins to differ."""
    spec = TournamentSpec(subjects=("llm:table",), **changes)  # type: ignore[arg-type]
    found = []
    for cell in asyncio.run(plan_cells(spec, TableModels())):
        assert cell.subject.arrangement is not None
        found.append(("".join(cell.subject.reads(cell.subject.arrangement, cell.game) or ()), cell.spec.key))
    return found


def test_all_arrangements_are_asked_differently() -> None:
    cells = planned(rename=("own", "letters"), permute=("roles", "listing", "players"))
    assert len({text for text, _ in cells}) == len({key for _, key in cells}) == 2 * 6 * 6 * 2
    text = cells[0][0]
    assert "each of them chooses rock or paper or scissors. Rock will beat scissors" in text
    assert any("chooses K or F or J. J will beat K, F will beat J, K will beat F" in text for text, _ in cells)
    assert any(text.startswith("Bob and Ann play") and text.endswith("Round 1: Bob chose") for text, _ in cells)


def test_a_permutation_that_nobody_would_read_is_refused() -> None:
    with pytest.raises(UsageError, match="--permute roles changes nothing"):
        planned(games=("hide-and-seek",), permute=("roles",))
    with pytest.raises(UsageError, match="--permute players changes nothing"):
        planned(style="instruct", permute=("players",))
    assert len(planned(games=("hide-and-seek",), permute=("listing",))) == 7
    assert len(planned(games=("matching-pennies",), permute=("listing",))) == 2


def test_past_rounds_and_answers_have_the_new_words() -> None:
    from arena.agents.agent import View, seen_by
    from arena.records import Seat
    from tests.support.table_model import TableModel, always

    models = TableModels(TableModel(always(_paper=3, _rock=1)))
    spec = TournamentSpec(subjects=("llm:table",), permute=("roles",))
    *_, cell = asyncio.run(plan_cells(spec, models))
    assert cell.spec.asked is not None and cell.spec.asked.roles == "scissors, paper, rock"

    async def decided() -> tuple[str, list[float], int | None]:
        agent = await cell.subject.agent(cell.game, models)
        past = seen_by(Seat.SUBJECT, 0, 1, cell.game.outcome(0, 1))
        decision = await agent.decide(View(0, 2, (past,), seed="s"))  # type: ignore[arg-type]
        assert decision.prompt is not None and decision.policy is not None
        return decision.prompt.text, list(decision.policy.probabilities), decision.move

    text, probabilities, move = asyncio.run(decided())
    # the first move is called scissors, and lost to the second; the model says "paper" or "rock", the third
    assert "Round 1: Ann chose scissors, Bob paper. Bob won." in text
    assert probabilities == pytest.approx([0, 0.75, 0.25]) and move in (1, 2)
