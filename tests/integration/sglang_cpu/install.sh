#!/usr/bin/env bash
# Makes an environment with a real SGLang that serves small models on a CPU. Usage: install.sh FOLDER [PYTHON]
set -euo pipefail
recipe=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
"${2:-python3}" -m venv "$folder"
pip() { "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@"; }
pip --require-hashes --no-deps -r "$recipe/requirements.txt"
# without hashes: their wheels are others on each kind of machine (requirements/pin.sh)
pip torch==2.13.0
pip --no-deps triton==3.7.1 torchvision==0.28.0
packages=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp -R "$recipe/standins/." "$packages/"
# read at every start of the interpreter, as SGLang imports torchvision in several processes
echo 'import arena_standins' > "$packages/arena_standins.pth"
