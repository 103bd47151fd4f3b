"""Tables of recorded play: what is read, and what is refused with its place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arena.errors import InputError
from arena.experiments.people.recordings import Recording, read_recordings
from arena.games import parse_game

RPS = parse_game("rps")
HEAD = "person,round,move,reply\n"


def read(path: Path, text: str | bytes, game: str = "rps") -> list[Recording]:
    file = path / "a.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recordings([file], parse_game(game))


def test_rows_become_people_in_the_order_of_their_rounds(tmp_path: Path) -> None:
    text = "experiment,person,opponent,round,move,reply,outcome,more\n"
    text += "1,a,bot,2,Rock,paper,loss,x\n1,b,bot,1,none,rock,loss,x\n1,a,bot,1,scissors,paper,win,x\n"
    text += "2,a,bot,4,rock,NaN,nan,x\n"
    assert read(tmp_path, text) == [
        Recording("a", "1/bot", (2, 0), (1, 1)),
        Recording("b", "1/bot", (None,), (0,)),
        Recording("a", "2/bot", (None, None, None, 0), (None, None, None, None)),  # three rounds are left out
    ]


@pytest.mark.parametrize("form", ["gzip", "semicolons", "tabs", "a mark of UTF-8", "carriage returns"])
def test_tables_come_in_several_forms(tmp_path: Path, form: str) -> None:
    plain = f"{HEAD}1,1,rock,paper\n1,2,paper,paper\n"
    text = {
        "gzip": gzip.compress(plain.encode()),
        "semicolons": plain.replace(",", ";"),
        "tabs": plain.replace(",", "\t"),
        "a mark of UTF-8": "\ufeff" + plain,
        "carriage returns": plain.replace("\n", "\r\n"),
    }[form]
    assert read(tmp_path, text) == [Recording("1", "", (0, 1), (1, 1))]


def test_people_of_several_tables_are_one_list(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    files[0].write_text(f"{HEAD}1,1,rock,paper\n")
    files[1].write_text(f"{HEAD}1,2,paper,rock\n2,1,rock,rock\n")
    assert read_recordings(files, RPS) == [Recording("1", "", (0, 1), (1, 0)), Recording("2", "", (0,), (0,))]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("person,round,move\n1,1,rock\n", r"a\.csv, line 1: there is no column 'reply'"),
        ("person,round,move,reply,move\n", "line 1: there are 2 columns 'move'"),
        (f"{HEAD}1,1,rock,paper\n\n1,2,rokc,paper\n", r"a\.csv, line 4, column 'move': 'rokc' .* did you mean 'rock'"),
        (f"{HEAD}1,1,rock,well\n", r"line 2, column 'reply': 'well' isn't possible in rock-paper-scissors"),
        (f"{HEAD},1,rock,paper\n", "line 2, column 'person': it is empty"),
        (f"{HEAD}1,0,rock,paper\n", "line 2, column 'round': '0' should be the round's number"),
        (f"{HEAD}1,1.5,rock,paper\n", "line 2, column 'round': '1.5' should"),
        (f"{HEAD}1,²,rock,paper\n", "line 2, column 'round': '²' should"),
        (f"{HEAD}1,999999999,rock,paper\n", "from 1 to 100,000"),
        (f"{HEAD}1,1,rock,paper\n1,1,rock,paper\n", r"line 3, column 'round': round 1 .* before \(.*a\.csv, line 2\)"),
        (f"{HEAD}1,1,rock\n", "line 2: it has 3 cells, and line 1 has 4"),
        ("person,round,move,reply,outcome\n1,1,rock,paper,win\n", "'outcome': rock against paper is a loss .*, not a"),
        ("person,round,move,reply,outcome\n1,1,rock,paper,lost\n", "'lost' is no outcome: did you mean 'loss'"),
        (HEAD, "nothing was recorded"),
        ("", "there is no column 'person'"),
        (f"{HEAD}{'x' * 201},1,rock,paper\n", "a name has at most 200 letters"),
        (f'{HEAD}1,1,"rock,paper\n', "can't be read as CSV"),
        (b"\xff\xfe", "UTF-8"),
        (gzip.compress(HEAD.encode())[:-9], "damaged"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(tmp_path, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv can't be read: No such file"):
        read_recordings([tmp_path / "none.csv"], RPS)


def test_moves_and_replies_are_those_of_the_game(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEAD}1,1,heads,tails\n", "matching-pennies") == [Recording("1", "", (0,), (1,))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: f"{HEAD}{text}".encode())))
def test_whatever_is_given_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    try:
        found = read(tmp_path, data)
    except InputError as error:
        assert "a.csv" in str(error)
    else:
        assert found
