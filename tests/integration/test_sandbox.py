"""Templates that take too much are ended, in little time and memory, and whoever comes next is served."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from arena.errors import InputError
from arena.prompts import sandbox
from arena.prompts.chat_template import ChatTemplate, around_request
from arena.prompts.wording import Wording

DOUBLINGS = "{% set ns = namespace(x='x') %}{% for a in range(34) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
TOO_MUCH = {
    "a power": ("{% set x = 10 ** (10 ** 9) %}", "0.2 seconds of work"),
    "a macro": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "0.2 sec",
    ),
    "doublings": (DOUBLINGS, "512 MiB of memory"),
    "a wide number": ("{{ '%999999999d' % 1 }}", "512 MiB of memory"),
}


@pytest.mark.parametrize(("template", "exceeded"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_chat_template_that_takes_too_much(template: str, exceeded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.2 if "sec" in exceeded else 9.0)
    with pytest.raises(InputError, match=f"the chat template of greedy-model fails: it takes more than {exceeded}"):
        around_request(ChatTemplate(template, (), "greedy-model"))
    assert sandbox.render(["{{ a }}"], {"a": "then"}, chat=True) == ["then"]


def test_a_wording_that_takes_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(InputError, match=r"the wording 'greedy' can't be rendered: it takes more than 0\.2 seconds"):
        Wording("greedy", "base", loops, "", ()).render("a", "b", (), 1)


def test_what_waits_without_work_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.render([""], {}, chat=True)
    process = sandbox._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(sandbox, "PATIENCE", 0.1)
    with pytest.raises(sandbox.TemplateError, match=r"doesn't end within 0\.1 seconds"):
        sandbox.render([""], {}, chat=True)
    assert sandbox._process is None


def test_text_that_is_none() -> None:
    with pytest.raises(sandbox.TemplateError, match="isn't valid text"):
        sandbox.render(["{{ a }}"], {"a": "\ud800"}, chat=True)


def test_it_ends_with_whoever_started_it() -> None:
    program = (
        "import os\n"
        "from arena.prompts import sandbox\n"
        "sandbox.render([''], {}, chat=True)\n"
        "print(sandbox._process.pid, flush=True)\n"
        "os._exit(1)"
    )
    started = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    # its output is closed only when both have ended
    assert started.stdout.strip().isdigit() and started.returncode == 1
