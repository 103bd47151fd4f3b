"""A style and a size of a person's own: what they change in figures, and what is said of those that can't be used."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from arena.errors import InputError, UsageError
from arena.reports.figure import blank, colour, rendered
from arena.reports.look import look
from arena.reports.tournament.figure4 import figure4
from tests.support.played import played, run_of


def plotted() -> Figure:
    """A figure as small as one can be."""
    figure = blank(3, 2)
    figure.subplots().plot([0, 1], [0, 1], color=colour(0))
    return figure


def drawn(*asked: str) -> Image.Image:
    with Image.open(io.BytesIO(rendered(plotted, look(*asked))["png"])) as picture:
        return picture.convert("RGB")


def test_a_style_changes_ground_resolution_and_colours_and_leaves_the_next_figure_alone(tmp_path: Path) -> None:
    style = tmp_path / "mine.mplstyle"
    style.write_text("figure.facecolor: 102030\nsavefig.facecolor: 102030\nsavefig.dpi: 50\n")
    usual = drawn()
    mine = drawn(str(style))
    assert mine.getpixel((0, 0)) == (0x10, 0x20, 0x30) and usual.getpixel((0, 0)) == (255, 255, 255)
    assert mine.width == usual.width * 50 // 160
    assert drawn().tobytes() == usual.tobytes()


@pytest.mark.parametrize(
    ("size", "pixels"), [("10", (1600, 320)), ("6x7", (960, 1120)), ("6 × 7", (960, 1120)), ("4.5X8", (720, 1280))]
)
def test_a_size_is_that_of_the_picture(size: str, pixels: tuple[int, int]) -> None:
    assert drawn("", size).size == pixels


def test_a_style_may_bring_a_size_and_colours_of_subjects(tmp_path: Path) -> None:
    style = tmp_path / "mine.mplstyle"
    style.write_text("figure.figsize: 4, 1.5\naxes.prop_cycle: cycler('color', ['red', '0.5'])\n")
    found = look(str(style))
    assert found.size(9, 9) == (4, 1.5) and look(str(style), "5").size(9, 9) == (5, 9)
    assert found.colours == ("#ff0000", "#808080")
    colours = drawn(str(style)).getcolors(2**20)
    assert colours is not None and (255, 0, 0) in {colour for _, colour in colours}


def test_a_style_that_comes_with_matplotlib_is_found_by_its_name() -> None:
    assert drawn("dark_background").getpixel((0, 0)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"font.siz: 3\n", "Bad key font.siz in file"),
        (b"font.size: enormous\n", "Could not convert 'enormous' to float"),
        (b"no colon here\n", "Missing colon in file"),
        (b"\xff\xfe\x00", "can't decode byte"),
    ],
)
def test_a_style_with_a_mistake_is_refused_with_the_line(tmp_path: Path, text: bytes, said: str) -> None:
    style = tmp_path / "mine.mplstyle"
    style.write_bytes(text)
    with pytest.raises(InputError, match=r"mine\.mplstyle can't be used") as error:
        look(str(style))
    assert said in str(error.value)


def test_no_address_is_opened_and_no_package_imported_for_a_style() -> None:
    for name in ("http://localhost:9/x.mplstyle", "arena.reports.nothing"):
        with pytest.raises(InputError, match="neither a file nor a name"):
            look(name)
    with pytest.raises(InputError, match="did you mean 'dark_background'"):
        look("dark_backgruond")


@pytest.mark.parametrize("size", ["", "0", "x", "3x", "4x5x6", "nan", "inf", "-4x3", "1e9"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    if size:
        with pytest.raises(UsageError, match="is no size of a figure"):
            look("", size)
    else:
        assert look("", size) == look()


def test_a_figure_that_has_no_room_is_refused_instead_of_drawn_badly() -> None:
    crowded = figure4(run_of(played("rps", 1, sharpness=1, matches=2)))
    with pytest.raises(InputError, match="can't be drawn with that style and size"):
        rendered(crowded.draw, look("", "1x1"))
