"""Tables in LaTeX that compile unchanged in a plain article, within its text width, whatever they contain.

Each has a caption and a label, and may go on over several pages. A column of numbers is as wide as its longest word, so
that headings and intervals wrap; names get the rest of the line. Columns that don't fit even in a small type size
continue below, beside the names again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from arena.reports import escape
from arena.reports.table import Table
from arena.reports.words import caption, full_title

PACKAGES: Final = "array,booktabs,longtable,ragged2e"
_TEXT_WIDTH: Final = 345.0  # points: an article's
_SIZES: Final = ((r"\footnotesize", 8.5), (r"\scriptsize", 8.0))  # type sizes, each with its em in points
_GAP: Final = 2.0  # points on either side of a column
_NAME: Final = 7.0  # em: the least that names get, so longer words must break
_NAME_SHOWN: Final = 12  # letters of a long name in a list of tables
_LONG: Final = 15.0  # em: a word this wide must break in a sentence, too
# widths of letters in em, rounded up; the widest of all others is a bit below 0.78
_WIDTHS: Final = {
    **dict.fromkeys(" .,:;'!|ijl", 0.31),
    **dict.fromkeys("()[]/frts", 0.4),
    **dict.fromkeys("aceghknopuvxyzdbq²", 0.56),
    **dict.fromkeys("mMW%@", 1.05),
}
_HYPHENATED: Final = {
    word.replace("-", ""): word.split("-")
    for word in ("deter-minism", "ex-pected", "frequen-cies", "in-valid", "neigh-bours", "re-jected", "temper-ature")
}


def latex_tables(tables: Sequence[Table]) -> str:
    """The tables, each with its caption above and its notes below; comments say which packages and labels there are."""
    labels = [label("tab", name) for name in numbered([table.key for table in tables])]
    head = (rf"% \usepackage{{{PACKAGES}}}", f"% \\ref: {', '.join(labels)}")
    return "\n".join((*head, *map(_table, tables, labels), ""))


def label(kind: str, key: str) -> str:
    r"""The name by which \ref finds a table ("tab") or a figure ("fig")."""
    return f"{kind}:{re.sub('[^A-Za-z0-9]+', '-', key)}"


def numbered(keys: Sequence[str]) -> list[str]:
    """The keys; the second part of a table and later ones have a number: table2, table2-2."""
    seen: Counter[str] = Counter()
    found = []
    for key in keys:
        seen[key] += 1
        found.append(f"{key}-{seen[key]}" if seen[key] > 1 else key)
    return found


def title(text: str) -> str:
    r"""The title of a table or a figure as \caption takes it; a list of tables has long names shortened."""
    said = caption(text)
    short = " ".join(f"{word[:_NAME_SHOWN]}…" if _is_long(word) else word for word in said.split(" "))
    return rf"\caption[{{{escape.latex(short)}}}]{{\raggedright {_line(said)}}}"


def _table(table: Table, label: str) -> str:
    size, blocks = next(
        (name, found) for name, em in _SIZES if len(found := _blocks(table, em)) == 1 or em == _SIZES[-1][1]
    )
    lines = [
        rf"{{{size}\setlength{{\tabcolsep}}{{{_GAP:g}pt}}\setlength{{\LTcapwidth}}{{\textwidth}}%",
        r"\setlength{\LTpost}{\smallskipamount}",
    ]
    head = rf"{title(full_title(table.key, table.title))}\label{{{label}}}"
    for block in blocks:
        lines.append(_block(table, block, head))
        head = r"\caption[]{(continued)}"
    # as ragged as need be, because names and hashes leave lines that can't be filled
    lines += (rf"{{\noindent\footnotesize\raggedright {_line(note)}\par}}" for note in table.footnotes)
    return "\n".join((*lines, r"}\bigskip"))


def _blocks(table: Table, em: float) -> list[list[int]]:
    """The columns, divided into as many parts as needed to fit beside the names."""
    room = _TEXT_WIDTH - _NAME * em
    blocks: list[list[int]] = [[]]
    left = room
    for at in range(len(table.columns)):
        width = _column(table, at) * em + 2 * _GAP
        if width > left and blocks[-1]:
            blocks.append([])
            left = room
        blocks[-1].append(at)
        left -= width
    return blocks


def _block(table: Table, columns: Sequence[int], head: str) -> str:
    """Some of the columns as a table of their own; all such tables after the first have the first one's number."""
    wide = [_column(table, at) for at in columns]
    widths = "".join(rf">{{\RaggedLeft\arraybackslash}}p{{{width:.2f}em}}" for width in wide)
    # exactly what a plain sum of the columns as they are written leaves of the line
    taken = f"{sum(round(width, 2) for width in wide):.2f}em-{2 * _GAP * len(columns):g}pt"
    names = rf"\dimexpr\textwidth-{taken}\relax"
    headings = "\n".join((r"\toprule", _row(("", *(table.columns[at].heading for at in columns))), r"\midrule"))
    return "\n".join(
        (
            *((r"\addtocounter{table}{-1}%",) if "[]" in head else ()),
            rf"\begin{{longtable}}{{@{{}}>{{\RaggedRight\arraybackslash}}p{{{names}}}{widths}@{{}}}}",
            rf"{head}\\",
            headings,
            r"\endfirsthead",
            headings,
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *(_row((row.full_name, *(row.text(table.columns[at]) for at in columns))) for row in table.rows),
            r"\end{longtable}",
        )
    )


def _row(texts: Sequence[str]) -> str:
    return " & ".join(map(_breakable, texts)) + r" \\[1pt]"


def _line(text: str) -> str:
    """A sentence or a title, in which only long names may break within."""
    return " ".join(_breakable(word) if _is_long(word) else escape.latex(word) for word in text.split(" "))


def _is_long(text: str) -> bool:
    """Whether there is a word that needs its breaks."""
    return any(_width(word) > _LONG for word in text.split(" "))


def _breakable(text: str) -> str:
    r"""The text with a possible line break after each piece of a word; \- is a hyphen shown only at a break."""
    return " ".join(
        (r"\-" if word in _HYPHENATED else r"\allowbreak{}").join(map(escape.latex, _pieces(word)))
        for word in escape.for_latex(text).split()
    )


def _pieces(word: str) -> list[str]:
    """A word's pieces, between which it may break: a long word after its marks, or anywhere if that isn't enough."""
    if word in _HYPHENATED:
        return _HYPHENATED[word]
    if _width(word) <= _NAME:
        return [word]
    pieces = [""]
    for letter in word:
        if _width(pieces[-1] + letter) > _NAME or pieces[-1].endswith(tuple("-:/.@_=,")):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _column(table: Table, at: int) -> float:
    """The width of a column in em: that of its longest piece."""
    texts = (table.columns[at].heading, *table.texts(at))
    return max(
        (_width(piece) for text in texts for word in escape.for_latex(text).split() for piece in _pieces(word)),
        default=1.0,
    )


def _width(piece: str) -> float:
    """An upper bound on the width of a piece in LaTeX's own roman type, in em."""
    return 0.1 + sum(0.5 if letter.isdigit() else _WIDTHS.get(letter, 0.78) for letter in piece)
