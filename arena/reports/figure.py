"""What figures have in common: formats, bytes that are the same in every process, colours, fonts."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS: Final = ("png", "svg", "pdf")

# Okabe & Ito's palette, safe for the colour-blind; a hatch and a name carry the same information
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_HATCHES: Final = ("", "///", "...", "xxx", "\\\\\\", "---", "+++")
_SETTINGS: Final[Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same everywhere
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "arena",  # makes names of elements the same in every process
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.6,
}
_NO_DATE: Final = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def rendered(draw: Callable[[], Figure]) -> dict[str, bytes]:
    """A figure as PNG, SVG and PDF, by format; `draw` is called for each. The same bytes in every process."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    files = {}
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()  # a person's own settings would change the bytes
        matplotlib.rcParams.update(_SETTINGS)
        # a letter that the font lacks is drawn as a box
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        for format in FORMATS:
            figure = draw()
            FigureCanvasAgg(figure)
            buffer = io.BytesIO()
            figure.savefig(buffer, format=format, dpi=160, metadata=_NO_DATE[format])
            files[format] = buffer.getvalue()
    return files


def below(figure: Figure, text: str, size: float = 7.5) -> None:
    """Sentences below the figure, in as many lines as its width needs."""
    letters = int(figure.get_figwidth() * 72 / (0.6 * size))  # the average width of a letter is at most this
    figure.supxlabel("\n".join(textwrap.wrap(plain(text), letters)), fontsize=size)


def styles(subjects: Iterable[str]) -> dict[str, int]:
    """A style for each subject of a report, in order, so that it has one colour in all of the report's figures."""
    return {subject: style for style, subject in enumerate(dict.fromkeys(subjects))}


def colour(style: int) -> str:
    """The colour of that style."""
    return _COLOURS[style % len(_COLOURS)]


def hatch(style: int) -> str:
    """The hatch of that style, which changes when the colours repeat."""
    return _HATCHES[(style + style // len(_COLOURS)) % len(_HATCHES)]


def plain(text: str) -> str:
    """A text that isn't read as mathematics: a dollar sign in a model's name is just a dollar sign."""
    return text.replace("$", r"\$")
