"""Figure 4: its files, any name, and the numbers that it draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from arena.records import Outcome
from arena.reports.figure import rendered
from arena.reports.tournament.figure4 import figure4
from arena.reports.tournament.runs import TournamentRuns
from tests.support.played import PAPER, ROCK, cell_report, columns, played, run_of


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Figure]]:
    """The figures that are saved."""
    figures: list[Figure] = []

    def save(self: Figure, file: Any, **options: Any) -> None:
        self.canvas.draw()
        figures.append(self)

    monkeypatch.setattr(Figure, "savefig", save)
    yield figures


def render(report: TournamentRuns) -> dict[str, bytes]:
    return rendered(figure4(report).draw)


def axes_of(report: TournamentRuns, drawn: list[Figure]) -> list[Any]:
    render(report)
    return drawn[0].axes


def test_the_files_are_what_they_are_called_and_carry_no_date() -> None:
    files = render(run_of(played("rps", 1, sharpness=1, matches=3)))
    assert files["png"].startswith(b"\x89PNG") and files["pdf"].startswith(b"%PDF") and b"<svg" in files["svg"]
    assert b"dc:date" not in files["svg"] and b"CreationDate" not in files["pdf"]


def test_nothing_global_is_left_changed() -> None:
    before = dict(matplotlib.rcParams)
    render(run_of(played("rps", 1, sharpness=1, matches=2)))
    assert dict(matplotlib.rcParams) == before


def test_a_row_a_subject_with_its_name_and_both_halves(drawn: list[Figure]) -> None:
    cells = [played("rps", seed, sharpness=1, matches=30, subject=name) for seed, name in enumerate("ab")]
    left, right, second, _ = axes_of(run_of(*cells), drawn)
    assert (left.get_title("left"), second.get_title("left")) == ("a", "b")
    assert left.get_title("right") == f"mean {cells[0].determinism.mean():.2f}, n = 300"
    counts = [int(cells[0].after(outcome).sum()) for outcome in (Outcome.WIN, Outcome.TIE)]
    labels = [f"after a {name}\nn = {n}" for name, n in zip(("win", "tie"), counts, strict=True)]
    assert [label.get_text() for label in right.get_yticklabels()] == labels
    points = {line.get_marker(): line.get_xdata()[0] for line in right.lines if line.get_marker() in ("o", "s")}
    bars = [list(line.get_xdata()) for line in right.lines if line.get_marker() == "|"]
    after = cells[0].to_json()["determinism_after"]
    assert points == {"o": after["win"]["minus_loss"], "s": after["tie"]["minus_loss"]}
    assert bars == [after["win"]["minus_loss_ci"], after["tie"]["minus_loss_ci"]]


def test_a_cell_that_is_not_whole_says_which_matches_count(drawn: list[Figure]) -> None:
    cell = played("rps", 1, sharpness=1, matches=50, asked=500, subject="a")
    left = axes_of(run_of(replace(cell, cell=replace(cell.cell, done=57, open=4, below=50))), drawn)[0]
    assert left.get_title("left") == "a (matches 1 to 50 of 500)"
    assert "7 later ones are finished too and not counted, 4 open" in drawn[0].get_supxlabel()


def test_the_distribution_is_in_percent_of_rounds_and_starts_at_chance(drawn: list[Figure]) -> None:
    left = axes_of(run_of(played("hide-and-seek", 1, sharpness=0.01, matches=5)), drawn)[0]
    x, y = left.patches[0].get_path().vertices.T
    assert x.min() == pytest.approx(1 / 7) and x.max() == 1.0
    area = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    assert area / ((1 - 1 / 7) / 24) == pytest.approx(100)  # 24 bins
    assert any(text.get_text() == "chance\n1/7" for text in left.texts)


def test_a_policy_a_bit_below_chance_is_drawn(drawn: list[Figure]) -> None:
    below = np.nextafter(1 / 3, 0)
    rounds = columns([0, 1], [1, 1], [ROCK] * 2, [PAPER] * 2, [-1] * 2, [[below] * 3] * 2)
    left = axes_of(run_of(cell_report(rounds)), drawn)[0]
    assert left.patches[0].get_path().vertices[:, 1].max() == pytest.approx(100)


def test_an_undefined_interval_is_a_hollow_marker_without_a_bar(drawn: list[Figure]) -> None:
    right = axes_of(run_of(played("rps", 3, sharpness=1, matches=1)), drawn)[1]
    markers = [line for line in right.lines if line.get_marker() in ("o", "s")]
    assert markers and all(line.get_markerfacecolor() == "white" for line in markers)
    assert not [line for line in right.lines if line.get_marker() == "|"]
    said = " ".join(drawn[0].get_supxlabel().split())
    assert "a hollow marker has none" in said and "against greedy" in said


def test_an_outcome_that_never_came_is_said(drawn: list[Figure]) -> None:
    rounds = columns([0, 0, 1, 1], [1, 2, 1, 2], [ROCK] * 4, [PAPER] * 4, [-1] * 4, [[1, 0, 0]] * 4)
    right = axes_of(run_of(cell_report(rounds)), drawn)[1]
    assert [text.get_text() for text in right.texts] == ["no round after a win", "no round after a tie"]


def test_a_game_without_ties_has_no_place_for_them(drawn: list[Figure]) -> None:
    right = axes_of(run_of(played("hide-and-seek", 1, sharpness=1, matches=5)), drawn)[1]
    (label,) = right.get_yticklabels()
    assert label.get_text().startswith("after a win\n")


def test_a_subject_without_a_policy_is_named_and_shows_none(drawn: list[Figure]) -> None:
    rounds = columns([0, 1], [1, 1], [ROCK] * 2, [PAPER] * 2, [-1] * 2, np.full((2, 3), np.nan))
    left, right = axes_of(run_of(cell_report(rounds, subject="human")), drawn)
    assert left.get_title("left") == "human"
    assert "has no policy to show" in [text.get_text() for text in left.texts]
    assert not right.axison


def test_any_name_can_be_drawn() -> None:
    names = ("$", "a$b_c$d", "$\\frac{$", "{x}_^&%#~", "<b>&amp;", "名前\x1b\n", "x" * 120)
    cells = (played("rps", 1, sharpness=1, matches=2, subject=f"llm:{name}") for name in names)
    assert all(render(run_of(*cells)).values())


def test_a_cell_without_finished_matches_is_left_out(drawn: list[Figure]) -> None:
    nothing = cell_report(columns([], [], [], [], [], np.empty((0, 3))), subject="b")
    assert len(axes_of(run_of(played("rps", 1, sharpness=1, matches=2, subject="a"), nothing), drawn)) == 2


def test_the_data_are_what_is_drawn() -> None:
    cells = [played(game, 1, sharpness=1, matches=20, subject="a") for game in ("rps", "hide-and-seek")]
    for cell, row in zip(cells, figure4(run_of(*cells)).data.rows, strict=True):
        found = cell.to_json()
        assert row.values["determinism.mean"] == found["determinism"]["mean"]
        after = found["determinism_after"]["win"]
        ends = [row.values[f"determinism_after.win.minus_loss_ci_{end}"] for end in ("low", "high")]
        assert [row.values["determinism_after.win.minus_loss"], *ends] == [after["minus_loss"], *after["minus_loss_ci"]]
        assert row.values["rounds_after.win"] == cell.after(Outcome.WIN).sum()
        assert sum(row.values[f"bin{at}"] for at in range(1, 25)) == pytest.approx(100)
        highest = (cell.determinism >= 1 - (1 - 1 / len(cell.game.moves)) / 24).mean()
        assert row.values["bin24"] == pytest.approx(100 * highest)


def test_a_subject_keeps_its_colour_from_game_to_game(drawn: list[Figure]) -> None:
    """Also where other subjects stand between, and where it stands twice."""
    cells = [
        played(game, 1, sharpness=1, matches=5, subject=subject, opponent=opponent)
        for game, subject, opponent in (
            ("rps", "a", "greedy"),
            ("rps", "b", "greedy"),
            ("hide-and-seek", "b", "greedy"),
            ("hide-and-seek", "b", "uniform"),
            ("hide-and-seek", "a", "greedy"),
        )
    ]
    edges = [axes.patches[0].get_edgecolor() for axes in axes_of(run_of(*cells), drawn)[::2]]
    assert edges[0] == edges[4] != edges[1] == edges[2] == edges[3]
