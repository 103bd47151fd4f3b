"""Rewards for answers, by real sequence classifiers with a few random weights: the numbers, and what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from arena.backends.local.settings import Settings
from arena.backends.reward import WORKER, Scored, rewards
from arena.errors import InputError, ModelError
from benchmarks.support.model_folder import BOS, END
from tests.integration.conftest import REWARD_MODELS
from tests.support.commands import PATIENCE, wait_for
from tests.support.reward_model import reward_model

pytestmark = pytest.mark.long

REQUEST = "Pick an integer between 0 and 10, each as likely as the others. Say nothing else."
INTEGERS = tuple(map(str, range(11)))
CLOSE = 1e-5

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
Plain = Callable[..., Any]


def in_template(answer: str) -> str:
    """What TEMPLATE writes, by hand."""
    return f"<|user|>\n{REQUEST}{END}\n<|assistant|>\n{answer}{END}\n"


def in_tulu(answer: str) -> str:
    """The paper's format (A.2), by hand."""
    return f"<|user|>\n{REQUEST}\n<|assistant|>\n{answer}"


DATE = "01 Jan 2025\n"
LONG = "A longer answer, which says why it picked 3"
WRITTEN = [
    *(in_template(answer) for answer in (*INTEGERS, LONG)),
    *(BOS + in_template("7"), DATE + in_template("7")),
    *(in_tulu("3"), in_tulu("7"), BOS + in_tulu("7")),
]


@pytest.fixture(scope="session")
def plain(reward_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """The rewards of whole conversations as transformers alone gives them, in a process of its own."""
    folder = reward_model(reward_weights / "reward", tmp_path_factory.mktemp("plain") / "model")
    command = [sys.executable, REWARD_MODELS, "score", folder]
    done = subprocess.run(command, input=json.dumps(WRITTEN), check=True, capture_output=True, text=True)
    found = dict(zip(WRITTEN, json.loads(done.stdout), strict=True))
    return lambda *texts: pytest.approx([found[text] for text in texts], abs=CLOSE, rel=0)


@pytest.fixture
def folder(reward_weights: Path, tmp_path: Path) -> Path:
    """A reward model with a chat template, to be changed at will."""
    return reward_model(reward_weights / "reward", tmp_path / "model", TEMPLATE)


def scored(folder: Path, answers: Sequence[str] = INTEGERS) -> Scored:
    return asyncio.run(rewards(str(folder), REQUEST, answers, Settings(device="cpu")))


def refused(folder: Path, answers: Sequence[str] = INTEGERS) -> str:
    with pytest.raises(InputError) as caught:
        scored(folder, answers)
    assert not logs(folder)
    return str(caught.value)


def extend(file: Path, **entries: Any) -> None:
    """Put entries into a JSON document."""
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def logs(folder: Path) -> list[Path]:
    """The logs of a model's workers that are left; its folder is a test's own."""
    name = f"{folder.parent.name}-{folder.name}".replace("_", "-")
    return list(Path(os.environ["XDG_STATE_HOME"]).rglob(f"*{name}-*.log"))


def workers(of: int | None = None) -> list[psutil.Process]:
    """The scoring processes among a process's children."""
    return [child for child in psutil.Process(of).children() if is_worker(child)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return WORKER in process.cmdline()
    except psutil.NoSuchProcess:
        return False


# -- the numbers ---------------------------------------------------------------------------------------------


def test_rewards_are_those_of_transformers_alone(folder: Path, plain: Plain) -> None:
    found = scored(folder)
    assert found.values == plain(*map(in_template, INTEGERS))
    ordered = sorted(found.values)
    assert all(higher - lower > 100 * CLOSE for lower, higher in pairwise(ordered))
    assert found.template == "chat-template"
    assert "torch" in found.build and found.build.endswith("cpu, float32")
    assert not logs(folder)


def test_a_reward_does_not_depend_on_its_neighbours(folder: Path, plain: Plain) -> None:
    answers = ("10", "7", LONG, "7")
    assert scored(folder, answers).values == plain(*map(in_template, answers))
    assert scored(folder, ["7"]).values == plain(in_template("7"))


def test_without_a_chat_template_it_is_the_tulu_format(reward_weights: Path, tmp_path: Path, plain: Plain) -> None:
    found = scored(reward_model(reward_weights / "reward", tmp_path / "model"), ["3", "7"])
    assert found.template == "tulu"
    assert found.values == plain(in_tulu("3"), in_tulu("7"))


@pytest.mark.parametrize(
    ("template", "adds"),
    [
        pytest.param("{{ bos_token }}" + TEMPLATE, True, id="template and tokenizer"),
        pytest.param("{{ bos_token }}" + TEMPLATE, False, id="template"),
        pytest.param(TEMPLATE, True, id="tokenizer"),
        pytest.param(None, True, id="tokenizer, no template"),
    ],
)
def test_bos_comes_once(reward_weights: Path, tmp_path: Path, plain: Plain, template: str | None, adds: bool) -> None:
    found = scored(reward_model(reward_weights / "reward", tmp_path / "model", template, adds), ["7"])
    assert found.values == plain(BOS + (in_template("7") if template else in_tulu("7")))


def test_a_template_that_writes_the_date_writes_one_date(reward_weights: Path, tmp_path: Path, plain: Plain) -> None:
    folder = reward_model(reward_weights / "reward", tmp_path / "model", "{{ strftime_now('%d %b %Y') }}\n" + TEMPLATE)
    assert scored(folder, ["7"]).values == plain(DATE + in_template("7"))


# -- what is refused -----------------------------------------------------------------------------------------


def test_a_language_model(reward_weights: Path, tmp_path: Path) -> None:
    said = refused(reward_model(reward_weights / "language", tmp_path / "model", TEMPLATE))
    assert "isn't a reward model" in said and "score.weight" in said


def test_two_labels(reward_weights: Path, tmp_path: Path) -> None:
    assert "2 labels" in refused(reward_model(reward_weights / "two-labels", tmp_path / "model", TEMPLATE))


def test_pickled_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "pickles" in refused(folder)
    # nor beside safetensors that aren't the model's
    shutil.copy(folder / "pytorch_model.bin", folder / "other.safetensors")
    assert "model.safetensors" in refused(folder)


def test_damaged_weights(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-100])
    assert "can't load" in refused(folder)


def test_no_tokenizer(reward_weights: Path, tmp_path: Path) -> None:
    shutil.copytree(reward_weights / "reward", tmp_path / "model")
    assert "tokenizer" in refused(tmp_path / "model")


@pytest.mark.parametrize("place", ["no/such/folder", "/no/such/folder", "./here"])
def test_a_missing_folder(place: str) -> None:
    with pytest.raises(InputError, match="there is no"):
        asyncio.run(rewards(place, REQUEST, INTEGERS, Settings()))


def test_a_repository_that_cannot_be_had() -> None:
    with pytest.raises(InputError, match="can't load some-org/some-name"):
        asyncio.run(rewards("some-org/some-name", REQUEST, INTEGERS, Settings()))


@pytest.mark.parametrize("kind", ["llama", "strange"])
def test_code_from_a_folder_is_never_run(folder: Path, plain: Plain, kind: str) -> None:
    marker = folder / "ran"
    (folder / "code.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass It:\n    pass\n")
    model_classes = {"AutoConfig": "code.It", "AutoModelForSequenceClassification": "code.It"}
    extend(folder / "config.json", model_type=kind, auto_map=model_classes)
    extend(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["code.It", None]})
    if kind == "llama":
        assert scored(folder, ["7"]).values == plain(in_template("7"))
    else:
        assert "can't load" in refused(folder)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ raise_exception('no answers here') }}", "no answers here"),
        ("{{ ''.__class__.__mro__ }}", "fails"),
        ("{{ messages[0].content }}", "leaves out"),
    ],
)
def test_templates(reward_weights: Path, tmp_path: Path, template: str, says: str) -> None:
    assert says in refused(reward_model(reward_weights / "reward", tmp_path / "model", template))


@pytest.mark.parametrize(("answer", "says"), [(f"7{END}", "special token"), ("7" * 600, "at most 512")])
def test_answers(folder: Path, answer: str, says: str) -> None:
    assert says in refused(folder, ["7", answer])


# -- how it ends ---------------------------------------------------------------------------------------------


@pytest.fixture
def endless(reward_weights: Path, tmp_path: Path) -> Path:
    """A reward model whose chat template never ends, so that a worker has always something to do."""
    return reward_model(reward_weights / "reward", tmp_path / "model", ENDLESS)


def test_cancelling_ends_the_worker(endless: Path) -> None:
    async def cancel() -> None:
        asking = asyncio.create_task(rewards(str(endless), REQUEST, INTEGERS, Settings()))
        await until(lambda: bool(workers()), asking)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(cancel())
    assert not workers()
    assert not logs(endless)


def test_a_worker_that_dies(endless: Path) -> None:
    async def murder() -> None:
        asking = asyncio.create_task(rewards(str(endless), REQUEST, INTEGERS, Settings()))
        await until(lambda: any(map(ignores_interrupts, workers())), asking)
        (worker,) = workers()
        worker.send_signal(signal.SIGINT)
        worker.kill()
        await asking

    with pytest.raises(ModelError, match="killed by SIGKILL") as caught:
        asyncio.run(murder())
    (log,) = logs(endless)
    assert str(log) in str(caught.value)


def test_a_traceback_is_in_the_log_and_its_last_line_in_the_sentence(folder: Path) -> None:
    with pytest.raises(ModelError, match="exit code 1") as caught:
        asyncio.run(rewards(str(folder), REQUEST, INTEGERS, Settings(device="no-such-device")))
    (log,) = logs(folder)
    assert "no-such-device" in log.read_text().splitlines()[-1]
    assert str(log) in str(caught.value) and "no-such-device" in str(caught.value).partition(" (last: ")[2]


async def until(what: Callable[[], bool], asking: asyncio.Task[Scored]) -> None:
    """Wait until something holds, while the rewards are asked for."""
    async with asyncio.timeout(PATIENCE):
        while not what():
            assert not asking.done()
            await asyncio.sleep(0.01)


def ignores_interrupts(process: psutil.Process) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
    return bool(ignored >> (signal.SIGINT - 1) & 1)


ASK = """
import asyncio, sys
from arena.backends.local.settings import Settings
from arena.backends.reward import rewards
asyncio.run(rewards(sys.argv[1], "Pick.", ["7"], Settings()))
"""


def test_the_worker_ends_with_its_parent(endless: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ASK, endless]) as parent:
        # the second thread is the one that waits for the parent's end
        wait_for(lambda: any(worker.num_threads() > 1 for worker in workers(parent.pid)), parent)
        (worker,) = workers(parent.pid)
        parent.kill()
    wait_for(lambda: not is_worker(worker))
