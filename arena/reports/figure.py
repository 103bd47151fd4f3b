"""What figures have in common: formats, bytes that are the same in every process, colours, fonts."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from arena.errors import InputError
from arena.reports.look import FONT_SIZE, PLAIN, Look, current, drawn_with

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS: Final = ("png", "svg", "pdf")

_HATCHES: Final = ("", "///", "...", "xxx", "\\\\\\", "---", "+++")
_SETTINGS: Final[Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same everywhere
    "font.size": FONT_SIZE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.6,
    "savefig.dpi": 160,
}
_ALWAYS: Final[Any] = {"svg.hashsalt": "arena"}  # makes names of elements the same in every process
_REASON: Final = 300  # letters of what matplotlib says of a failure
_NO_DATE: Final = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def rendered(draw: Callable[[], Figure], look: Look = PLAIN) -> dict[str, bytes]:
    """A figure as PNG, SVG and PDF, by format. The same bytes in every process.

    Raises InputError if it can't be drawn in that look.
    """
    with _settings(look), drawn_with(look):
        try:
            figure = draw()
            return {format: _bytes(figure, format) for format in FORMATS}
        except Exception as error:  # a style may ask for anything, such as a LaTeX that isn't there
            if look == PLAIN:
                raise
            reason = " ".join(str(error).split()) or type(error).__name__
            raise InputError(f"figures can't be drawn with that style and size: {reason[:_REASON]}") from error


@contextmanager
def _settings(look: Look) -> Iterator[None]:
    import matplotlib
    from matplotlib import style

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()  # a person's own settings would change the bytes
        matplotlib.rcParams.update(_SETTINGS)
        # a letter that the font lacks is drawn as a box
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        warnings.filterwarnings("ignore", message="Style includes a parameter", category=UserWarning)
        # a figure without its layout would be a heap of overlapping words
        warnings.filterwarnings("error", message="constrained_layout not applied", category=UserWarning)
        own: Any = dict(look.settings)
        style.use(own)
        matplotlib.rcParams.update(_ALWAYS)
        yield


def _bytes(figure: Figure, format: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format, metadata=_NO_DATE[format])
    figure.set_layout_engine(None)  # laid out now, once for all formats: that is a third of the time
    return buffer.getvalue()


def blank(width: float, height: float) -> Figure:
    """An empty figure that needs this size, in inches; it gets another one if somebody asked for that."""
    from matplotlib.figure import Figure

    return Figure(figsize=current().size(width, height), layout="constrained")


def below(figure: Figure, text: str, size: float = 7.5) -> None:
    """Sentences below the figure, in as many lines as its width needs."""
    size = points(size)
    letters = int(figure.get_figwidth() * 72 / (0.6 * size))  # the average width of a letter is at most this
    figure.supxlabel("\n".join(textwrap.wrap(plain(text), letters)), fontsize=size)


def points(size: float) -> float:
    """The size of a text that has `size` points in a figure without a style: it grows with the style's own."""
    import matplotlib

    return size * float(matplotlib.rcParams["font.size"]) / FONT_SIZE if current().settings else size


def ink() -> str:
    """The colour of lines that belong to no subject."""
    import matplotlib

    return str(matplotlib.rcParams["text.color"]) if current().settings else "black"


def ground() -> str:
    """The colour behind everything."""
    import matplotlib

    return str(matplotlib.rcParams["axes.facecolor"]) if current().settings else "white"


def styles(subjects: Iterable[str]) -> dict[str, int]:
    """A style for each subject of a report, in order, so that it has one colour in all of the report's figures."""
    return {subject: style for style, subject in enumerate(dict.fromkeys(subjects))}


def colour(style: int) -> str:
    """The colour of that style, as #rrggbb."""
    colours = current().colours
    return colours[style % len(colours)]


def hatch(style: int) -> str:
    """The hatch of that style, which changes when the colours repeat."""
    return _HATCHES[(style + style // len(current().colours)) % len(_HATCHES)]


def plain(text: str) -> str:
    """A text that isn't read as mathematics: a dollar sign in a model's name is just a dollar sign."""
    return text.replace("$", r"\$")
