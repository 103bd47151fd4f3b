"""A real nginx on loopback, with the setting that docs/app.md gives for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Final

NGINX: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
DOCUMENTED: Final = Path(__file__).parents[2] / "docs" / "app.md"
_PORT: Final = "http://127.0.0.1:8000/"  # where the documented setting has the app
_PATIENCE: Final = 30.0


def documented() -> str:
    """The setting as the page gives it."""
    lines = DOCUMENTED.read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if line.strip().startswith("location "))
    last = next(at for at, line in enumerate(lines[first:], first) if not line.startswith("    "))
    return dedent("\n".join(lines[first:last]))


@contextmanager
def behind_nginx(port: int, to: int, folder: Path) -> Iterator[None]:
    """Serves on 127.0.0.1 with TLS, at `port`, what is served at port `to`, as documented."""
    assert NGINX is not None
    setting = documented()
    assert setting.count(_PORT) == 1, setting
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = f"-x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=arena.localhost -keyout {key} -out {certificate}"
    subprocess.run(["openssl", "req", *made.split()], check=True, capture_output=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    configuration = f"""
        daemon off;
        master_process off;
        pid {folder}/nginx.pid;
        error_log {folder}/nginx.log;
        events {{}}
        http {{
            access_log off;
            {" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)}
            server {{
                listen 127.0.0.1:{port} ssl;
                ssl_certificate {certificate};
                ssl_certificate_key {key};
                {setting.replace(_PORT, f"http://127.0.0.1:{to}/")}
            }}
        }}
    """
    (folder / "nginx.conf").write_text(configuration)
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            _wait_for(server, port)
            yield
        finally:
            server.terminate()
            server.communicate(timeout=_PATIENCE)


def _wait_for(server: subprocess.Popen[str], port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        assert server.poll() is None, server.communicate()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, "nginx doesn't listen"
            time.sleep(0.05)
