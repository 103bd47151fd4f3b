"""Documents being predicted: their numbers against those of a table, windows, and what can't be read."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from arena.errors import ArenaError, InputError, UsageError
from arena.experiments.experiment import carry_out
from arena.experiments.prediction.perplexity import PerplexitySpec, plan_perplexity
from arena.experiments.prediction.predicted import Predicted, Reading, read_readings
from arena.reports.registry import reports_of
from arena.store import Store
from tests.support.table_model import TableModel, TableModels
from tests.unit.experiments.numbers.fakes import Counter


def words_alike(text: str) -> Mapping[str, float]:
    """A rock in a quarter of all places, a paper in the others."""
    return {" rock": 1.0, " paper": 3.0}


def predict(path: Path, spec: PerplexitySpec, model: TableModel | None = None) -> tuple[list[Reading], TableModel]:
    model = model or TableModel(words_alike)

    async def work(store: Store) -> list[Reading]:
        models = TableModels(model)
        return read_readings(store, await carry_out(await plan_perplexity(spec, models), store, models, Counter()))

    with Store.open(path, create=True) as store:
        return asyncio.run(work(store)), model


def spec(documents: Path, **more: object) -> PerplexitySpec:
    said = {"subjects": ("llm:table",), "documents": str(documents), "window": 64, "stride": 32, **more}
    return PerplexitySpec(**said)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "texts"
    made.mkdir()
    return made


def numbers(path: Path, folder: Path, **more: object) -> dict[str, Predicted]:
    ((reading,), _) = predict(path, spec(folder, **more))
    return dict(reading.documents)


@pytest.mark.parametrize("stride", [1, 7, 63])
def test_bits_are_the_table_s_whatever_the_windows(tmp_path: Path, folder: Path, stride: int) -> None:
    text = " rock paper paper" * 100
    (folder / "long.txt").write_text(text)
    (folder / "short.txt").write_text(" rock")
    (folder / "empty.txt").write_text("")
    (folder / "notes.pdf").write_text("no document")
    found = numbers(tmp_path / "a.db", folder, stride=stride)
    assert set(found) == {"long.txt", "short.txt", "empty.txt"}
    long = found["long.txt"]
    assert long.bits == pytest.approx(100 * 2 + 200 * -math.log2(0.75), rel=1e-6)
    assert (long.tokens, long.bytes, long.words) == (300, len(text), 300)
    assert long.windows == 1 + math.ceil((300 - 63) / stride)
    assert found["short.txt"].bits == pytest.approx(2, rel=1e-6)
    assert (found["empty.txt"].tokens, found["empty.txt"].bytes, found["empty.txt"].bits) == (0, 0, 0)


@pytest.mark.slow
def test_a_document_of_a_hundred_thousand_words(tmp_path: Path, folder: Path) -> None:
    (folder / "a.txt").write_text(" rock paper" * 50_000)
    found = numbers(tmp_path / "a.db", folder, stride=60)["a.txt"]
    assert found.words == found.tokens == 100_000
    assert found.bits == pytest.approx(50_000 * (2 - math.log2(0.75)), rel=1e-6)


def test_a_window_shows_the_tokens_before_and_scores_the_new_ones(tmp_path: Path, folder: Path) -> None:
    """The table's weights depend on the length of what it sees, so the expectation is computed window by window."""
    text = " rock paper scissors" * 30

    def by_sight(seen: str) -> Mapping[str, float]:
        return {" rock": 1.0 + len(seen) % 5, " paper": 1.0, " scissors": 2.0}

    (folder / "a.txt").write_text(text)
    ((reading,), _) = predict(tmp_path / "a.db", spec(folder, window=21, stride=8), TableModel(by_sight))
    words = [f" {word}" for word in text.split()]
    bits = 0.0
    for at, word in enumerate(words):
        begin = 0 if at < 20 else max(0, min(len(words), at - (at - 20) % 8 + 8) - 20)
        weights = by_sight("<bos>" + "".join(words[begin:at]))
        bits -= math.log2(weights[word] / sum(weights.values()))
    assert reading.documents["a.txt"].bits == pytest.approx(bits, rel=1e-6)
    assert reading.bos is True and reading.before == 1


def test_a_finished_run_asks_nothing_and_its_report_says_how_it_was_read(tmp_path: Path, folder: Path) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text(" rock paper paper paper" * (number + 3) + " rock" * number)
    path = tmp_path / "a.db"
    two = spec(folder, subjects=("llm:one", "llm:two"))
    predict(path, two)

    class Mute(TableModel):
        async def score(self, tokens: object) -> object:  # type: ignore[override]
            raise AssertionError("asked again")

    predict(path, two, Mute(words_alike))
    with Store.open(path) as store:
        (report,) = reports_of(store, store.runs())
    table, pairs = report.tables
    assert [row.values["documents"] for row in table.rows] == [4, 4]
    low, value, high = (table.rows[0].values[f"bits_per_byte{end}"] for end in ("_low", "", "_high"))
    assert low < value < high and table.rows[0].text(table.columns[-1]) == "yes"
    assert pairs.rows[0].values["difference"] == 0 and pairs.rows[0].values["fewer"] == 0
    assert "Windows of 64 tokens, each 32 further" in " ".join(report.notes) and "without a chat template" in " ".join(
        report.notes
    )
    assert len(report.records) == 8


def test_a_request_is_what_stands_before_each_window(tmp_path: Path, folder: Path) -> None:
    (folder / "a.txt").write_text(" rock" * 200)
    ((reading,), _) = predict(tmp_path / "a.db", spec(folder, request="Play", format="none"))
    assert reading.before == 1 + 4 and reading.documents["a.txt"].bits == pytest.approx(400, rel=1e-6)
    with Store.open(tmp_path / "a.db") as store:
        (prompt,) = store.prompts(store.cells(store.runs()[0])[0])
        assert prompt.prompt.text == "Play"


def test_documents_in_rows(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [" rock paper", "", " paper" * 9]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(json.dumps({"body": text, "id": 1}) for text in texts) + "\n\n")
    pq.write_table(pa.table({"body": texts}), tmp_path / "a.parquet")
    one = numbers(tmp_path / "a.db", lines, column="body")
    other = numbers(tmp_path / "a.db", tmp_path / "a.parquet", column="body")
    assert list(one) == ["line 1", "line 2", "line 3"] and list(other) == ["row 1", "row 2", "row 3"]
    assert list(one.values()) == list(other.values())


def refused(documents: Path, **more: object) -> str:
    with pytest.raises(ArenaError) as raised:
        asyncio.run(plan_perplexity(spec(documents, **more), TableModels()))
    assert isinstance(raised.value, InputError | UsageError)
    return str(raised.value)


def test_what_can_t_be_read_is_named(tmp_path: Path, folder: Path) -> None:
    assert "has no documents" in refused(folder)
    (folder / "good.txt").write_text("good")
    (folder / "latin.txt").write_bytes("caf\u00e9 noir".encode("latin-1"))
    said = refused(folder)
    assert "latin.txt isn't UTF-8 from its byte 4 on" in said and "iconv" in said
    assert "can't be read: No such file" in refused(tmp_path / "nowhere.txt")
    bad = tmp_path / "a.jsonl"
    bad.write_text('{"text": "x"}\n{"text": 3}\n')
    assert "line 2 of" in refused(bad) and "no text" in refused(bad)
    bad.write_text('{"text": "x"}\n{"body": "x"}\n')
    assert "has no 'text': there are 'body'" in refused(bad)
    bad.write_text("{\n")
    assert "isn't JSON" in refused(bad)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not at all")
    assert "can't be read as Parquet" in refused(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"subjects": ("uniform",)}, "can't predict documents"),
        ({"window": 8, "stride": 9}, "--stride 9 is longer than --window 8"),
        ({"format": "tulu"}, "name one with --request"),
        ({"format": "nonsense", "request": "x"}, "no format"),
    ],
)
def test_what_can_t_be_planned_is_refused(folder: Path, more: dict[str, object], said: str) -> None:
    (folder / "a.txt").write_text("a")
    assert said in refused(folder, **more)


def test_windows_that_leave_no_room_are_refused_before_anything_is_stored(tmp_path: Path, folder: Path) -> None:
    (folder / "a.txt").write_text("a")
    for more, said in (({"window": 8192}, "takes 4096 tokens"), ({"window": 32}, "too little room")):
        with pytest.raises(InputError, match=said):
            predict(tmp_path / "a.db", spec(folder, **more))
    with Store.open(tmp_path / "a.db") as store:
        assert not store.runs()
