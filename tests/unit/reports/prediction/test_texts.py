"""The report of generations: measures that follow what was planted, claims, and every form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from arena.errors import InputError
from arena.experiments.prediction.prompts import NAMED, shipped
from arena.reports.folder.files import write_folder
from arena.reports.options import ReportSettings
from arena.reports.prediction.writing import first_sentence, read_runs
from arena.reports.registry import reports_of
from arena.reports.report import WRITERS, Report
from arena.reports.terminal import terminal
from arena.store import Store
from tests.support.generations import Texts, write_generations
from tests.support.planted import planted

TEXTS = 16  # of a prompt
BASE, ALIGNED = "llm:gemma-3-270m", "llm:smollm2-135m-instruct"
PROMPTS = (NAMED, shipped()["list"][0])


def texts(shares: Mapping[str, float], prompts: Sequence[str] = PROMPTS) -> Texts:
    return {
        (who, prompt): [" ".join(text) for text in planted(share, texts=TEXTS, seed=seed)[0]]
        for who, share in shares.items()
        for seed, prompt in enumerate(prompts)
    }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", create=True) as opened:
        yield opened


def report_of(store: Store, settings: ReportSettings | None = None) -> Report:
    (report,) = reports_of(store, store.runs(), settings or ReportSettings())
    return report


def rows(report: Report, key: str) -> dict[str, dict[str, Any]]:
    return {row.name: dict(row.values) for table in report.tables if table.key == key for row in table.rows}


def test_measures_follow_what_was_planted(store: Store) -> None:
    shares = {"llm:none": 0.0, "llm:some": 0.4, "llm:all": 1.0}
    write_generations(store, texts(shares))
    found = rows(report_of(store), "anchors")
    none, some, whole = (found[f"llm:{name}"] for name in ("none", "some", "all"))
    assert none["share"] < 0.01 < 0.1 < some["share"] < 0.3 < 0.48 < whole["share"] < 0.52
    assert none["self_bleu"] < some["self_bleu"] < whole["self_bleu"]
    assert none["distinct2"] > some["distinct2"] > whole["distinct2"]
    assert none["compression"] < some["compression"] < whole["compression"]
    assert none["spans"] < 1 < some["spans"] and whole["spans"] == 6
    assert whole["sentences"] == TEXTS and whole["prompts"] == 2 and whole["ended"] == 1
    assert some["share_low"] < 100 * some["share"] < some["share_high"]
    assert found["· compare"]["prompts"] == 1 == found["· list"]["prompts"]


def test_half_of_the_prompts_lie_in_the_band_of_the_curve(store: Store) -> None:
    run = write_generations(store, texts({"llm:one": 0.6}))
    (figure,) = (each for each in report_of(store).figures if each.key == "anchors-curve")
    one, other = read_runs(store, [run], {}).writers[0].curve  # two prompts
    for row, low, high in zip(figure.data.rows, map(min, one, other), map(max, one, other), strict=True):
        assert row.values["share"] == pytest.approx((low + high) / 2)
        assert row.values["share_quarter"] == pytest.approx(low + (high - low) / 4)
        assert row.values["share_three_quarters"] == pytest.approx(high - (high - low) / 4)
    assert any(one != other)


def test_what_anchors_cost_is_said_inside_and_outside(store: Store) -> None:
    write_generations(store, texts({"llm:one": 1.0, "llm:two": 1.0}))
    found = rows(report_of(store), "anchors-costs")
    assert list(found) == [
        "llm:one on its own texts", "llm:two on texts of llm:one",
        "llm:one on texts of llm:two", "llm:two on its own texts",
    ]  # fmt: skip
    for row in found.values():
        # a word of the skeleton has a bit for five bytes with its space; of others a bit a letter
        assert row["inside"] == pytest.approx(1 / 5, rel=0.02) and 0.6 < row["outside"] < 0.85
        assert row["more_low"] <= row["more"] == pytest.approx(row["outside"] - row["inside"])


def test_claims_have_a_verdict_and_models_of_two_families_a_caution(store: Store) -> None:
    write_generations(store, texts({BASE: 0.1, ALIGNED: 0.9}, shipped()["story"][:6]))
    report = report_of(store, ReportSettings(labels={BASE: "Base", ALIGNED: "Aligned"}))
    verdicts = {name: row["verdict"] for name, row in rows(report, "anchors-claims").items()}
    assert verdicts["Aligned has a larger share of anchors than Base"] == "holds"
    # a planted text begins with its own words and ends with a span
    assert verdicts["Aligned has more anchors near the beginning than in the middle"] == "fails"
    assert verdicts["Aligned has more anchors near the end than in the middle"] == "holds"
    for table in (table for table in report.tables if table.key in ("anchors", "anchors-claims")):
        assert any("different families" in note for note in table.footnotes)


def test_the_skeleton_of_the_paper_s_prompt_is_a_table_and_a_picture(store: Store, tmp_path: Path) -> None:
    write_generations(store, texts({"llm:one": 0.9}))
    report = report_of(store)
    found = rows(report, "skeleton")
    assert [row["text"] for row in found.values()] == [" ".join(span) for span in planted(0.9)[1]]
    assert all(10 <= row["generations"] <= TEXTS == row["of"] for row in found.values())
    (skeleton,) = (figure for figure in report.figures if figure.key == "skeleton-1")
    assert NAMED in skeleton.title and [row.name for row in skeleton.data.rows] == [
        row["text"] for row in found.values()
    ]
    write_folder([report], store.runs(), tmp_path / "out")
    assert (tmp_path / "out" / "skeleton-1.svg").stat().st_size > 10_000
    page = (tmp_path / "out" / "index.html").read_text()
    assert "skeleton-1.svg" in page and page.count('<g class="anchor') == 6
    for row in found.values():
        assert f"<title>{row['generations']} of {TEXTS}: {row['text']}</title>" in page
    document = json.loads(WRITERS["json"](report))
    assert len(document["models"][0]["prompts"]) == 2 == len(report.records)
    assert len(document["models"][0]["prompts"][0]["anchor_spans"]) == 6


def test_what_models_wrote_is_text_in_every_form(store: Store, tmp_path: Path) -> None:
    nasty = (
        "[b]bold[/b] | cell </script><script>alert(1)</script> =HYPERLINK(1) \u202e\x1b[31mred $x^2$ % \\end{document}"
    )
    write_generations(store, {("llm:one", NAMED): [nasty] * 8})
    report = report_of(store)
    for form in ("md", "tex", "csv"):
        text = WRITERS[form](report)
        assert "\x1b" not in text and "\u202e" not in text
    assert "<script>" not in WRITERS["md"](report).replace("\\<", "")
    from rich.console import Console

    console = Console(width=100)
    with console.capture() as captured:
        console.print(terminal(report.tables, 100))
    assert "\x1b[31m" not in captured.get() and "[b]bold[/b]" in captured.get()
    write_folder([report], store.runs(), tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text()
    assert "<script>" not in page and "\x1b" not in page and "\u202e" not in page and "[b]bold[/b]" in page


def test_nothing_was_said_or_nothing_is_there_yet(store: Store) -> None:
    run = write_generations(store, {("llm:one", NAMED): [""] * 8})
    report = report_of(store)
    assert rows(report, "anchors")["llm:one"]["share"] is None and report.figures
    assert read_runs(store, [run], {}).writers[0].curve.shape == (0, 50)
    with store.begin(run.spec) as writer:
        for number in range(8):
            writer.take_back_answer(run.spec.cells[0].key, number)
    with pytest.raises(InputError, match="nothing has been generated yet"):
        report_of(store).check()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("  Yes. And no.", "Yes."),
        ("Version 3.5 is out! Really", "Version 3.5 is out!"),
        ("A title\nand more.", "A title"),
        ("no end", "no end"),
        ("", ""),
    ],
)
def test_first_sentences(text: str, first: str) -> None:
    assert first_sentence(text) == first
