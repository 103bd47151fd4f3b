"""A LaTeX document that has all tables and figures of a folder: pdflatex compiles it as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arena.reports.latex import PACKAGES, label, title
from arena.reports.report import Report


def document(reports: Sequence[Report]) -> str:
    """The document, which reads the tables and figures from the files beside it."""
    return "\n".join(
        (
            r"% pdflatex report.tex makes a PDF of this folder; for a document of your own, take what is between",
            r"% \begin{document} and \end{document}, and the packages.",
            r"\documentclass{article}",
            rf"\usepackage{{{PACKAGES},graphicx}}",
            r"\begin{document}",
            *(line for report in reports for line in _body(report)),
            r"\end{document}",
            "",
        )
    )


def _body(report: Report) -> Iterator[str]:
    for key in dict.fromkeys(table.key for table in report.tables):
        yield rf"\input{{{key}.tex}}"
    for figure in report.figures:
        yield r"\begin{figure}[p]\centering"
        yield rf"\includegraphics[width=\textwidth,height=.85\textheight,keepaspectratio]{{{figure.key}.pdf}}"
        yield rf"{title(figure.title)}\label{{{label('fig', figure.key)}}}"
        yield r"\end{figure}"
    yield r"\clearpage"
