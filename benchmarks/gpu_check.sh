#!/usr/bin/env bash
# The transformers backend on this machine's GPU: its tests, a tournament compared with the CPU's, and its speed; then
# SmolLM2 on a real SGLang server there, if ARENA_SGLANG_PYTHON names the Python of an environment that has it. At most
# 10 minutes; each part has a limit of its own, and the next one runs even if it fails.
#
#   [ARENA_SGLANG_PYTHON=...] benchmarks/gpu_check.sh [FOLDER]
#
# The results go to FOLDER (default: gpu_check): parts.json, check.json, the speed with the card's name, and a log.
# DEVICE=cpu SHAPE=small DTYPE=float32 GAMES=20 BESIDE=10 SPEED="--games 20 --singly 5 --together 64" PATIENCE=9 tries the
# script itself on a CPU; PATIENCE multiplies the limits, and SKIP names parts to leave out.
set -u
cd "$(dirname "$0")/.." || exit 1
out=${1:-gpu_check} python=${PYTHON:-python3} device=${DEVICE:-cuda}
mkdir -p "$out"
out=$(realpath "$out")
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 ARENA_TEST_DEVICE=$device
parts=()

part() { # a name, the most seconds, a command
  local name=$1 limit=$(($2 * ${PATIENCE:-1})) begun=$SECONDS code
  shift 2
  [[ " ${SKIP:-} " != *" $name "* ]] || return 0
  echo "== $name (at most $limit s)"
  timeout --kill-after=5 "$limit" "$@" 2>&1 | tee -a "$out/log"
  code=${PIPESTATUS[0]}
  echo "== $name: exit code $code after $((SECONDS - begun)) s"
  parts+=("\"$name\": {\"code\": $code, \"seconds\": $((SECONDS - begun))}")
  (IFS=,; echo "{${parts[*]}}" >"$out/parts.json")
  return "$code"
}

part imports 60 "$python" -c "
import aiohttp, click, gguf, hypothesis, jinja2, matplotlib, msgspec, numpy, platformdirs, pytest, rich, scipy, tokenizers
import torch, transformers
import arena.cli.main, arena.backends.local.transformers.library, tests.integration.backends, benchmarks.gpu_check
from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
print(locate(find_model('smollm2-135m-instruct')))
device = torch.device('$device')
print(torch.__version__, transformers.__version__, torch.zeros(1, device=device).device)
if device.type == 'cuda': print(torch.cuda.get_device_name(device), torch.cuda.mem_get_info(device))
" || exit 1
tests=tests/unit/backends/local
part unit 90 "$python" -m pytest -q -p no:cacheprovider -W default $tests/transformers/test_rows.py \
  $tests/transformers/test_kv_cells.py $tests/test_agreement.py $tests/transformers/test_architectures.py \
  -k "not test_an_architecture"
part contract 120 "$python" -m pytest -q -p no:cacheprovider -W default --durations=5 tests/integration/test_contract.py \
  -k transformers
part check 100 "$python" benchmarks/gpu_check.py --device "$device" --out "$out" --games "${GAMES:-500}" \
  --beside "${BESIDE:-50}"
# shellcheck disable=SC2086
part speed 200 "$python" benchmarks/gpu_speed.py --device "$device" --out "$out" --shape "${SHAPE:-llama-3.1-8b}" \
  --dtype "${DTYPE:-bfloat16}" ${SPEED:-}
[[ -z ${ARENA_SGLANG_PYTHON:-} ]] || part sglang 240 "$python" benchmarks/client_speed.py --server --device "$device" \
  --games 100 --server-games "${GAMES:-500}" --repeats 1 --json "$out/sglang.json"
cat "$out"/*.json
! grep -q '"code": [^0]' "$out/parts.json"
