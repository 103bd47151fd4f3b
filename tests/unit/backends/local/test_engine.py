"""The engine over a model that can be checked: whatever is asked in whatever order, within whatever memory,
everybody gets what a plain computation gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.backends.base import Completion, Draw, Request, Sampling, Scores, StopRule, Vocabulary
from arena.backends.distribution import Logits
from arena.backends.local.engine import FLAT, Engine
from arena.backends.stopping import answer, ending
from arena.randomness import stream, uniforms
from arena.records import Sample
from tests.support.counted import CountedPieces
from tests.support.table_evaluator import VOCABULARY, StateModel, TableModel, logits_after

RULE = StopRule(r"(?<!\w)(?:rock|paper|scissors)(?!\w)", r"\w[^\n]*\n", max_tokens=4)


def plainly(request: Request) -> Completion:
    """What a request should give: one token after another, no cache, no batch."""
    first = Logits(logits_after(request.tokens)).under(request.sampling)
    answers: list[Sample] = []
    if request.draw is not None:
        for attempt in range(request.draw.attempts):
            draws = uniforms(stream(request.draw.name, attempt), RULE.max_tokens)
            tokens: tuple[int, ...] = ()
            while (ended := ending(RULE, VOCABULARY, tokens) if tokens else None) is None:
                row = logits_after(request.tokens + tokens)
                tokens += (Logits(row).under(request.sampling).draw(float(draws[len(tokens)])),)
            answers.append(answer(VOCABULARY, tokens, ended))
            if ended == "move":
                break
    return Completion(first.logprobs(request.wanted), first.top(request.top), first.entropy(), tuple(answers))


def scored(tokens: tuple[int, ...]) -> Scores:
    """What a text's score should be: each token by the distribution after those before it."""
    rows = [logits_after(tokens[:at]).astype(np.float64) for at in range(1, len(tokens))]
    return Scores(
        tuple(float(row[token] - np.log(np.exp(row).sum())) for row, token in zip(rows, tokens[1:], strict=True))
    )


prompts = st.lists(st.integers(0, 3), min_size=1, max_size=12).map(tuple)
requests = st.builds(
    Request,
    tokens=prompts,
    wanted=st.just((0, 1, 2)),
    stop=st.just(RULE),
    sampling=st.sampled_from([Sampling(), Sampling(0.7, 0.9)]),
    draw=st.none() | st.builds(Draw, st.text("xyz", max_size=2), st.integers(1, 12)),
    top=st.just(3),
    depth=st.integers(0, 5),
)


@settings(max_examples=300)
@given(
    waves=st.lists(st.lists(requests | prompts, max_size=12), min_size=1, max_size=5),
    steps=st.integers(0, 4),
    cells=st.integers(20, 60),
    sequences=st.integers(2, 12),
    batch=st.integers(3, 20),
    states=st.booleans(),
    background=st.booleans(),
    passing=st.sampled_from([None, 1 / 64, 1 / 4]),
)
def test_everybody_gets_what_a_plain_computation_gives(
    waves, steps, cells, sequences, batch, states, background, passing
):
    model = (StateModel if states else TableModel)(cells, sequences, batch)
    model.background, model.passing = background, None if states else passing
    engine = Engine(model, VOCABULARY, cells=cells, sequences=sequences, batch=batch, outputs=6, states=states)
    asked: dict[int, Request] = {}
    texts: dict[int, tuple[int, ...]] = {}
    given_back: dict[int, Completion | Scores] = {}
    for wave in waves:
        for request in wave:
            number = len(asked) + len(texts)
            if isinstance(request, Request):
                engine.submit(number, request)
                asked[number] = request
            else:
                engine.submit_text(number, request)
                texts[number] = request
        for _ in range(steps):
            if engine.busy:
                given_back.update(engine.step())
    while engine.busy:
        given_back.update(engine.step())
    scores = {number: given_back.pop(number) for number in texts}
    assert given_back == {number: plainly(request) for number, request in asked.items()}
    for number, tokens in texts.items():
        assert scores[number].logprobs == pytest.approx(scored(tokens).logprobs, abs=1e-12)


@settings(max_examples=100)
@given(
    batch=st.lists(requests, min_size=2, max_size=10),
    cancelled=st.sets(st.integers(0, 9)),
    steps=st.integers(0, 3),
    background=st.booleans(),
)
def test_a_cancelled_request_changes_nothing_for_the_others(batch, cancelled, steps, background):
    model = TableModel(60, 8, 16)
    model.background = background
    engine = Engine(model, VOCABULARY, cells=60, sequences=8, batch=16, outputs=4)
    for number, request in enumerate(batch):
        engine.submit(number, request)
    done: dict[int, Completion] = {}
    for _ in range(steps):
        if engine.busy:
            done.update(engine.step())
    for number in cancelled:
        engine.cancel(number)
    while engine.busy:
        done.update(engine.step())
    kept = set(range(len(batch))) - cancelled
    assert {number: done[number] for number in kept} == {number: plainly(batch[number]) for number in kept}


def test_equal_prompts_and_shared_beginnings_are_evaluated_once():
    model = TableModel(200, 32, 64)
    engine = Engine(model, VOCABULARY, cells=200, sequences=32, batch=64, outputs=32)
    shared = (0, 1, 2, 3, 0, 1)
    for number in range(30):
        engine.submit(number, Request((*shared, number % 3), (0,), RULE))
    engine.step()
    assert not engine.busy
    assert model.evaluated == len(shared) + 3
    assert engine.work.prompt_tokens == len(shared) + 3
    assert engine.work.prompts == 3


def test_a_longer_prompt_costs_only_what_is_new_and_asking_again_is_counted():
    model = TableModel(200, 32, 64)
    engine = Engine(model, VOCABULARY, cells=200, sequences=32, batch=64, outputs=32)
    for number, tokens in enumerate([(0, 1, 2), (0, 1, 2, 3, 3), (0, 1, 2)]):
        engine.submit(number, Request(tokens, (0,), RULE))
        engine.step()
    assert model.evaluated == 3 + 2 + 1
    assert engine.work.repeated == 1


def test_the_deepest_prompt_goes_first():
    engine = Engine(TableModel(100, 8, 3), VOCABULARY, cells=100, sequences=8, batch=3, outputs=8)
    for number, depth in enumerate([1, 3, 2]):
        engine.submit(number, Request((number, number, number), (0,), RULE, depth=depth))
    order = [number for _ in range(3) for number, _ in engine.step()]
    assert order == [1, 2, 0]


def test_a_prompt_longer_than_a_batch_is_evaluated_in_pieces():
    model = TableModel(100, 4, 8)
    engine = Engine(model, VOCABULARY, cells=100, sequences=4, batch=8, outputs=4)
    request = Request(tuple(number % 4 for number in range(50)), (0, 1), RULE)
    engine.submit(0, request)
    done: dict[int, Completion] = {}
    while engine.busy:
        done.update(engine.step())
    assert done == {0: plainly(request)}
    assert model.evaluated == 50


def test_a_prompt_that_fits_nowhere_is_an_error_and_no_endless_loop():
    engine = Engine(TableModel(10, 4, 8), VOCABULARY, cells=10, sequences=4, batch=8, outputs=4)
    engine.submit(0, Request((0,) * 20, (0,), RULE))
    with pytest.raises(RuntimeError, match="fits"):
        for _ in range(10):
            engine.step()


def order_of(requests: list[Request], outputs: int = 1) -> list[int]:
    """In which order an engine answers requests that were made at once."""
    engine = Engine(TableModel(60, 8, 16), VOCABULARY, cells=60, sequences=8, batch=16, outputs=outputs)
    for number, request in enumerate(requests):
        engine.submit(number, request)
    order = []
    while engine.busy:
        order += [number for number, _ in engine.step()]
    return order


def asked(*tokens: int, block: int, depth: int = 0, attempts: int = 0) -> Request:
    return Request(tokens, (0,), RULE, draw=Draw("x", attempts) if attempts else None, block=block, depth=depth)


def test_the_lowest_block_is_answered_first_and_in_it_the_deepest():
    places = [(2, 9), (0, 1), (1, 5), (0, 3), (1, 7)]
    requests = [asked(number, block=block, depth=depth) for number, (block, depth) in enumerate(places)]
    assert order_of(requests) == [3, 1, 4, 2, 0]


def test_a_batch_is_begun_before_the_last_one_s_answers_are_taken():
    model = TableModel(60, 8, 16)
    model.background = True
    engine = Engine(model, VOCABULARY, cells=60, sequences=8, batch=16, outputs=3)
    for number in range(7):
        engine.submit(number, Request((number, number), (0,), RULE))
    told = [([number for number, _ in engine.step()], engine.work.batches) for _ in range(4)]
    # the last request alone isn't worth a batch beside one of three
    assert told == [([], 1), ([0, 1, 2], 2), ([3, 4, 5], 2), ([], 3)]
    assert engine.step() == [(6, plainly(Request((6, 6), (0,), RULE)))] and not engine.busy


def test_all_that_waits_is_evaluated_in_halves_if_answers_can_be_looked_at_meanwhile():
    for background, begun in ((True, 30), (False, 60)):
        model = TableModel(400, 80, 160)
        model.background = background
        engine = Engine(model, VOCABULARY, cells=400, sequences=80, batch=160, outputs=80)
        for number in range(60):
            engine.submit(number, Request((number % 8, number // 8), (0,), RULE))
        engine.step()
        assert engine.work.prompts == begun


def test_what_is_computed_already_can_be_asked_for_and_cancelled():
    model = TableModel(60, 8, 16)
    model.background = True
    engine = Engine(model, VOCABULARY, cells=60, sequences=8, batch=16, outputs=2)
    requests = [Request((number, number), (0, 1), RULE, draw=Draw(f"{number}", 3)) for number in range(4)]
    for number, request in enumerate(requests):
        engine.submit(number, request)
    done = dict(engine.step())
    engine.submit(4, requests[0])
    engine.submit(5, requests[1])
    engine.cancel(1)
    while engine.busy:
        done.update(engine.step())
    expected = {number: plainly(requests[number]) for number in (0, 2, 3)}
    assert done == {**expected, 4: plainly(requests[0]), 5: plainly(requests[1])}
    assert engine.work.repeated >= 2  # the rows were gone


def test_a_later_block_fills_the_batch():
    requests = [asked(0, block=0), asked(1, block=1), asked(2, block=2)]
    assert order_of(requests, outputs=2) == [0, 1, 2]


def test_whoever_waits_for_the_same_prompt_brings_it_forward():
    requests = [asked(0, block=3), asked(1, block=1), asked(0, block=0)]
    assert order_of(requests) == [0, 2, 1]


def test_answers_in_progress_are_as_urgent_as_the_most_urgent_at_their_prompt():
    """A match of a low block waits for the answers of the others at its prompt: these must not wait for a block
    between. It may also come when they are on their way already."""
    names = [name for name in "abcdefghij" if len(plainly(asked_by(name, 5)).answers[0].tokens) > 2][:1]
    engine = Engine(TableModel(60, 8, 16), VOCABULARY, cells=60, sequences=8, batch=16, outputs=1)
    engine.submit(0, asked_by(names[0], 5))
    engine.step()  # the first token is drawn, and the answer goes on
    for number, request in [(1, asked(1, block=1)), (2, asked(2, block=1)), (3, asked_by(names[0], 0))]:
        engine.submit(number, request)
    order = []
    while engine.busy:
        order += [number for number, _ in engine.step()]
    assert sorted(order[:2]) == [0, 3]


def asked_by(name: str, block: int) -> Request:
    return Request((0,), (0,), RULE, draw=Draw(name, 1), block=block)


def test_a_state_goes_on_where_it_stands_and_is_never_cut_back():
    model = StateModel(60, 3, 20)
    engine = Engine(model, VOCABULARY, cells=60, sequences=3, batch=20, outputs=4, states=True)
    first = (0, 1, 2, 3)
    for number, tokens in enumerate([first, (*first, 0, 1), (0, 1, 1)]):
        engine.submit(number, Request(tokens, (0,), RULE))
        engine.step()
    assert model.evaluated == 4 + 2 + 3  # the last one shares two tokens, which help it nothing


@pytest.mark.parametrize("sequences", [1, 2])
def test_a_state_fills_the_whole_cache_in_pieces(sequences):
    model = StateModel(50, sequences, 8)
    engine = Engine(model, VOCABULARY, cells=50, sequences=sequences, batch=8, outputs=4, states=True)
    request = Request(tuple(number % 4 for number in range(49)), (0, 1), RULE)
    engine.submit(0, request)
    engine.submit(1, Request((*request.tokens, 2), (0, 1), RULE))
    done: dict[int, Completion] = {}
    while engine.busy:
        done.update(engine.step())
    assert done[0] == plainly(request)
    assert model.evaluated < 2 * 50


def test_a_flat_distribution_is_told_once():
    model = TableModel(60, 8, 16)
    model.logits = lambda index: np.zeros(8, dtype=np.float32)  # type: ignore[method-assign]
    engine = Engine(model, VOCABULARY, cells=60, sequences=8, batch=16, outputs=4)
    for number in range(3):
        engine.submit(number, Request((number,), (0,), RULE))
    while engine.busy:
        engine.step()
    assert engine.notices == [FLAT]


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_row_without_numbers_is_an_error(broken):
    with pytest.raises(ValueError, match="broken"):
        Logits(np.full(8, broken, dtype=np.float32))


@pytest.mark.parametrize("states", [False, True])
def test_a_text_takes_nothing_from_the_prompts_that_are_held(states):
    model = (StateModel if states else TableModel)(60, 8, 16)
    engine = Engine(model, VOCABULARY, cells=60, sequences=8, batch=16, outputs=4, states=states)
    prompt, text = (0, 1, 2, 3), (0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 1, 1)
    engine.submit(0, Request(prompt, (0,), RULE))
    engine.step()
    held = [model.seen_by(sequence) for sequence in range(8)]
    engine.submit_text(1, text)
    ((number, found),) = engine.step()
    assert number == 1 and found.logprobs == pytest.approx(scored(text).logprobs)
    assert [model.seen_by(sequence) for sequence in range(8)] == held
    assert model.evaluated == len(prompt) + len(text) - 1  # nothing comes after its last token
    engine.submit(2, Request((*prompt, 1), (0,), RULE))
    engine.step()
    assert model.evaluated == len(prompt) + len(text)


@pytest.mark.parametrize("states", [False, True])
def test_a_text_as_long_as_the_cache_is_scored_and_prompts_go_on(states):
    model = (StateModel if states else TableModel)(40, 4, 8)
    engine = Engine(model, VOCABULARY, cells=40, sequences=4, batch=8, outputs=4, states=states)
    text = tuple(number * number % 4 for number in range(41))
    request = Request((0, 1, 2), (0, 1), RULE, draw=Draw("beside", 3))
    engine.submit(0, request)
    engine.step()
    engine.submit_text(1, text)
    engine.submit_text(2, text[:1])
    engine.submit_text(3, text)
    engine.cancel(3)
    done: dict[int, Completion | Scores] = {}
    while engine.busy:
        done.update(engine.step())
    assert done[1].logprobs == pytest.approx(scored(text).logprobs) and done[2] == Scores(())
    assert 3 not in done and done.get(0, plainly(request)) == plainly(request)


def test_a_long_answer_costs_as_many_decodings_as_it_has_tokens(monkeypatch):
    monkeypatch.setattr(CountedPieces, "reads", 0)
    vocabulary = Vocabulary(CountedPieces(VOCABULARY.pieces), {}, None, frozenset())
    engine = Engine(TableModel(600, 8, 16), vocabulary, cells=600, sequences=8, batch=16, outputs=4)
    engine.submit(0, Request((0, 1), (0,), StopRule("(?!)", "(?!)", max_tokens=500), draw=Draw("long", 1)))
    done: dict[int, Completion] = {}
    while engine.busy:
        done.update(engine.step())
    assert len(done[0].answers[0].tokens) == 500
    assert CountedPieces.reads == 2 * 500  # as it grows, and once for its text


@pytest.mark.parametrize("passing", [None, 1 / 64])
def test_answers_that_do_not_all_fit_drive_each_other_out_rarely(passing):
    """The most urgent ones are carried to their ends first, so that few tokens are evaluated twice."""
    model = TableModel(300, 64, 64)
    model.passing = passing
    engine = Engine(model, replace(VOCABULARY, ends=frozenset()), cells=300, sequences=64, batch=64, outputs=24)
    long = StopRule("(?!)", "(?!)", max_tokens=30, reach=1)
    for number in range(40):
        engine.submit(number, Request((0, 1, 2), (), long, draw=Draw(str(number), 1)))
    done = dict(step for _ in iter(lambda: engine.busy, False) for step in engine.step())
    assert {len(done[number].answers[0].tokens) for number in range(40)} == {30}
    assert model.evaluated < 1.5 * engine.work.sampled_tokens
