"""A match: its rounds, its draws, how it goes on, and answers without a move."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.experiments.tournament.match import Pairing
from arena.randomness import stream, uniforms
from arena.records import Outcome, Round, Seat
from tests.support.seats import RPS, Person, Spy, bot, is_forfeit, model_agent, pairing, play
from tests.support.table_model import TableModel, always


def test_the_rounds_are_what_the_seats_decided() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("mix:rock=0.5,paper=0.5", Seat.OPPONENT))
    rounds = play(pairing(subject, opponent), rounds=50)
    assert [played.number for played in rounds] == list(range(1, 51))
    assert [played.subject for played in rounds] == subject.decisions
    assert [played.opponent for played in rounds] == opponent.decisions
    for played in rounds:
        assert played.outcome is RPS.outcome(played.subject.move, played.opponent.move)


def test_somebody_without_a_policy_can_play_against_others() -> None:
    assert {played.subject.move for played in play(pairing(Person(), "uniform"))} == {0}


def test_a_bot_draws_with_the_rounds_number_of_its_own_stream() -> None:
    subject, opponent = Spy(bot("uniform", Seat.SUBJECT)), Spy(bot("uniform", Seat.OPPONENT))
    play(pairing(subject, opponent, seed=7, cell="a|b"), match=3)
    for spy, seat in ((subject, "subject"), (opponent, "opponent")):
        assert [view.draw for view in spy.views] == uniforms(stream(7, "a|b", 3, seat), 10).tolist()
        assert [view.seed for view in spy.views] == [stream(7, "a|b", 3, seat, number) for number in range(1, 11)]


@given(st.integers(0, 2**63 - 1), st.text(max_size=20), st.integers(0, 10**6))
@settings(max_examples=20)
def test_draws_have_their_names_whatever_the_cell_is_called(seed: int, cell: str, match: int) -> None:
    spy = Spy(bot("uniform", Seat.SUBJECT))
    play(pairing(spy, "uniform", seed, cell), match, rounds=2)
    assert [view.seed for view in spy.views] == [stream(seed, cell, match, "subject", number) for number in (1, 2)]


def moves(rounds: Sequence[Round]) -> list[tuple[int | None, int | None]]:
    return [(played.subject.move, played.opponent.move) for played in rounds]


def test_more_rounds_change_no_earlier_one() -> None:
    seats = pairing("uniform", "uniform")
    assert moves(play(seats, rounds=30))[:10] == moves(play(seats, rounds=10))


@pytest.mark.parametrize("changed", [{"seed": 1}, {"cell": "another"}, {"match": 1}])
def test_another_seed_cell_or_match_draws_otherwise(changed: dict[str, object]) -> None:
    given = {"seed": 0, "cell": "cell", "match": 0} | changed
    one = play(pairing("uniform", "uniform"), rounds=30)
    other = play(
        pairing("uniform", "uniform", int(str(given["seed"])), str(given["cell"])), int(str(given["match"])), 30
    )
    assert moves(one) != moves(other)


@pytest.mark.parametrize("done", [0, 1, 4, 9, 10])
@pytest.mark.parametrize("subject", ["bot", "model"])
def test_a_match_goes_on_from_its_history_as_if_never_interrupted(subject: str, done: int) -> None:
    def seats() -> Pairing:
        return pairing("uniform" if subject == "bot" else model_agent(TableModel()), "greedy")

    whole = play(seats())
    assert play(seats(), history=whole[:done]) == whole[done:]


def test_a_forfeit_is_a_loss_without_a_move_that_later_prompts_do_not_show() -> None:
    # one attempt a round, and every other answer is a closing mark without a move
    seats = pairing(model_agent(TableModel(lambda text: {".": 0.5, " rock": 0.5}), attempts=1), "greedy")
    matches = [play(seats, match, rounds=4) for match in range(20)]
    forfeits = [played for rounds in matches for played in rounds if is_forfeit(played)]
    assert 20 < len(forfeits) < 60
    for played in forfeits:
        assert played.outcome is Outcome.LOSS
        assert played.subject.move is None and played.opponent.move == 1
        assert played.subject.policy is not None and played.subject.policy.determinism == 1.0
    for rounds in matches:
        valid = 0
        for played in rounds:
            assert played.subject.prompt is not None
            text = played.subject.prompt.text
            assert text.count("Ann chose rock") == text.count("Bob paper") == valid
            assert text.endswith(f"Round {valid + 1}: Ann chose")
            valid += not is_forfeit(played)


def test_a_forfeit_of_the_opponent_is_a_win() -> None:
    opponent = model_agent(TableModel(always(_Bob=1)), Seat.OPPONENT, attempts=2)
    rounds = play(pairing("fixed:rock", opponent), rounds=3)
    assert {played.outcome for played in rounds} == {Outcome.WIN}
    assert all(is_forfeit(played) and played.opponent.invalid == 2 for played in rounds)
