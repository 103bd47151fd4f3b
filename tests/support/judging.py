"""A contest to be judged on a screen or a page, with hostile poems, and whether a ranking found a judge's rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from arena.experiments.poems.contest import Contest, Lines
from arena.experiments.poems.contests import Contests, find_contests, keep_contests
from arena.experiments.poems.generated import read_written
from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.judging import judges_of, read_judgements
from arena.experiments.poems.lots import LotsSpec, draw_contests
from arena.reports.poems.measures import ContestReport, spearman
from arena.reports.poems.panels import read_panels
from arena.store import Store
from arena.text import printable
from tests.support.poems import write_poems, write_real

# a poem each, of lines that would act if they weren't text
HOSTILE: Final[tuple[Lines, ...]] = (
    ("[bold red]Roses[/] are [link=https://example.com]red[/link]", "[/]", "{{ 7 * 7 }} $contests", "\\[b]\\"),
    ("</script><script>document.title='owned'</script>", "<img src=x onerror=alert(1)>", "<!-- <script>", "&lt;&amp;"),
    ('=HYPERLINK("https://example.com")', "+1", "@SUM(A1)", '-2,"quoted";'),
    ("a\x1b[31mred\x07", "nul\x00 and back\rspace", "turned \u202ethgir\u202c", "a\u2028line\ttab"),
    ("שלום לכם מלאכי השרת", "قهوة الصباح", "数えきれない朝の珈琲", "e\u0301 👩‍🚀 \ufeff."),
)


def contest_at(path: Path, spec: LotsSpec | None = None, hostile: bool = True, real: bool = False) -> Contests:
    """A new store with a contest of 15 poems by three authors, on one topic and one axis unless `spec` says more. Some
    are `hostile`; with `real`, all are by real models, on coffee."""
    spec = spec or LotsSpec(topics=("coffee",), axes=("preference",))
    with Store.open(path, create=True) as store:
        run = write_real(store, "coffee") if real else write_poems(store, n=spec.per_author)
        drawn = draw_contests(read_written(store, run), spec)
        if hostile and not real:
            drawn = tuple(map(_with_hostile, drawn))
        return keep_contests(store, drawn, spec, [run])


def _with_hostile(contest: Contest) -> Contest:
    poems = [replace(poem, lines=lines) for poem, lines in zip(contest.poems, HOSTILE, strict=False)]
    return replace(contest, poems=(*poems, *contest.poems[len(poems) :]))


def shown(lines: Lines) -> Lines:
    """Lines as a judge reads them, wherever they judge."""
    return tuple(printable(line) for line in lines)


def rank_of(text: str) -> int:
    """A known rule: the higher, the better. It looks at visible letters alone, so that it can be applied to whatever a
    judge sees, however it is laid out."""
    return sum(ord(letter) for letter in text if not letter.isspace())


def preferred(left: str, right: str) -> Choice:
    """What a consistent judge chooses."""
    one, other = rank_of(left), rank_of(right)
    return Choice.TIE if one == other else Choice.LEFT if one > other else Choice.RIGHT


def recovered(path: Path) -> Mapping[str, float]:
    """Spearman's rho of each contest between the abilities that the report finds and the rule."""
    with Store.open(path) as store:
        contests = find_contests(store)
        (panel,) = read_panels(store, contests)
    found = {}
    for contest in contests.contests:
        ranking = ContestReport(contest, panel).ranking
        assert ranking is not None
        rule = [float(rank_of("".join(shown(poem.lines)))) for poem in contest.poems]
        rho = spearman(list(ranking.abilities), rule)
        assert rho is not None
        found[contest.name] = rho
    return found


def judged(path: Path) -> Mapping[str, Mapping[str, Mapping[int, Choice]]]:
    """What is stored: by judge, contest and showing."""
    with Store.open(path) as store:
        contests = find_contests(store)
        return {
            run.spec.cells[0].subject: {
                name: {number: each.choice for number, each in found.items()}
                for name, found in read_judgements(store, contests, run).items()
            }
            for run in judges_of(store, contests)
        }
