"""What travels between Arena and a worker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arena.backends.base import Vocabulary
from arena.backends.local.messages import Frames, Notice, Spelling, decode_from_worker, frame

IDS = st.frozensets(st.integers(0, 2**20), max_size=5)
TEXTS = st.text(max_size=5)


@given(
    st.builds(
        Vocabulary,
        pieces=st.lists(st.binary(max_size=5), max_size=20).map(tuple),
        specials=st.dictionaries(TEXTS, st.integers(0, 2**20), max_size=5),
        bos=st.none() | st.integers(0, 2**20),
        ends=IDS,
        chat_template=st.none() | TEXTS,
        named=st.dictionaries(TEXTS, TEXTS, max_size=5),
        mark=TEXTS,
        lstrips=IDS,
        rstrips=IDS,
    )
)
def test_a_vocabulary_arrives_as_it_was_sent(vocabulary: Vocabulary) -> None:
    arrived = decode_from_worker(frame(Spelling.of(vocabulary))[4:])
    assert isinstance(arrived, Spelling) and arrived.vocabulary() == vocabulary


@given(st.lists(st.text(max_size=400), max_size=8), st.lists(st.integers(0, 2000), max_size=12))
def test_messages_arrive_whole_however_the_pipe_cuts_them(lines: list[str], cuts: list[int]) -> None:
    data = b"".join(frame(Notice(line)) for line in lines)
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    frames = Frames()
    pieces = [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert [decode_from_worker(body) for piece in pieces for body in frames.add(piece)] == [*map(Notice, lines)]
