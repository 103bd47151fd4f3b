"""Scores of recorded people, and of players among them, against what is known of the tables they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.errors import InputError, UsageError
from arena.experiments.people.keeping import keep_recordings
from arena.experiments.people.recordings import Recording, read_recordings
from arena.games import parse_game
from arena.reports.people import report, reported
from arena.reports.people.scores import READERS, score_people
from arena.reports.registry import reports_across, reports_of
from arena.store import Store
from tests.support.filled import fill
from tests.support.recorded_people import MOVES, PEOPLE, foreseen_by_numpy, published, table

RPS = parse_game("rps")
CYCLE = Recording("cycle", "bot", (0, 1, 2, 0, 1, 2, 0, 1, 2, 0), (1,) * 10)
ROCK = Recording("rock", "bot", (0,) * 10, (1,) * 10)
SHORT = Recording("short", "other", (1, 1), (0, 0))


def test_a_table_shows_people_by_reader_and_by_opponent(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        run = keep_recordings(store, [CYCLE, ROCK, SHORT], RPS).run
        found = reported(score_people(store, [run], ["markov:1", "frequency"], 10))
    markov, frequency, opponents = found.tables
    (people,) = markov.rows
    # rock in nine rounds of nine; of the cycle all moves from the fifth on, as only then each was followed before, and
    # the fourth by luck: of moves that are as frequent the first is expected
    assert (people.values["foreseen"], people.values["matches"]) == (100 * (9 + 7) / 18, 2)
    assert people.values["percentile"] is None
    # the cycle's next move is never the most frequent, and where all are equal the reply is rock, which misses rock
    assert frequency.rows[0].values["foreseen"] == 100 * 9 / 18
    assert [(row.name, row.values["matches"], row.values["own_net"]) for row in opponents.rows] == [("bot", 2, -55.0)]
    assert any("1 recorded match is shorter" in note for note in frequency.footnotes)


def test_players_are_set_among_people_in_as_many_rounds(tmp_path: Path) -> None:
    fill(tmp_path / "a.db", finished=60)  # 60 matches of two rounds, of which the second is another move
    with Store.open(tmp_path / "a.db", create=True) as store:
        players = store.run(None)
        people = keep_recordings(store, [CYCLE, ROCK, SHORT], RPS).run
        (found,) = reports_across(store, [players, people])
        (alone,) = reports_of(store, [people])
    assert found.document["rounds"] == 2
    of_people, of_player = found.document["readers"]["frequency"]
    assert (of_people["matches"], of_people["expected"], of_people["foreseen"]) == (3, 3, pytest.approx(200 / 3))
    assert of_player["foreseen"] == 0.0
    assert of_player["percentile"] == pytest.approx(100 / 6)  # one person of three is as unforeseen as every match
    assert 0 < of_player["percentile_low"] < of_player["percentile"] < of_player["percentile_high"] < 100
    assert list(alone.document["readers"]) == list(READERS)


def test_other_games_and_what_cannot_be_read_are_said(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        people = keep_recordings(store, [CYCLE], RPS).run
        others = keep_recordings(store, [SHORT], parse_game("matching-pennies")).run
        found = report(store, [people, others])
        assert "played matching pennies, and these people rock-paper-scissors" in " ".join(found.notes)
        with pytest.raises(InputError, match="nobody's recorded match has 11 rounds"):
            score_people(store, [people], rounds=11)
        with pytest.raises(UsageError, match="recorded people have none"):
            score_people(store, [people], ["greedy"])


@pytest.mark.skipif(not PEOPLE.is_file(), reason="the recordings of people lie beside the repository")
def test_published_people_score_as_a_few_lines_of_numpy_say(tmp_path: Path) -> None:
    people = {
        person: [(row["move"], row["reply"]) for row in rows]
        for person, rows in list(published().items())[:40]
        if len(rows) == 300 and all(row["move"] in MOVES for row in rows)
    }
    assert len(people) > 10
    with Store.open(tmp_path / "a.db", create=True) as store:
        recordings = read_recordings([table(tmp_path / "a.csv", people)], RPS)
        run = keep_recordings(store, recordings, RPS).run
        score = score_people(store, [run], ["markov:2"], 300).of_people["markov:2"]
    by_numpy = [foreseen_by_numpy([MOVES.index(move) for move, _ in rounds]) for rounds in people.values()]
    assert list(zip(score.foreseen.tolist(), score.expected.tolist(), strict=True)) == by_numpy
