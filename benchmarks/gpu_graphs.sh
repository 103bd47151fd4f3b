#!/usr/bin/env bash
# Attention in blocks and CUDA graphs on this machine's GPU: batches and matches with and without them, then a tournament
# with and without graphs. At most 200 seconds; each part has a limit of its own, and the next one runs even if it fails.
#
#   benchmarks/gpu_graphs.sh [FOLDER]
#
# The results go to FOLDER (default: gpu_graphs). DEVICE=cpu SHAPE=small DTYPE=float32 GAMES=20 tries the script itself
# on a CPU; PATIENCE multiplies the limits.
set -u
cd "$(dirname "$0")/.." || exit 1
out=${1:-gpu_graphs} python=${PYTHON:-python3} device=${DEVICE:-cuda}
mkdir -p "$out"
out=$(realpath "$out")
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 ARENA_TEST_DEVICE=$device
model=(--device "$device" --shape "${SHAPE:-llama-3.1-8b}" --dtype "${DTYPE:-bfloat16}" --games "${GAMES:-300}")

part() { # a name, the most seconds, a command
  local name=$1 limit=$(($2 * ${PATIENCE:-1})) begun=$SECONDS
  shift 2
  echo "== $name (at most $limit s)" | tee -a "$out/log"
  timeout --kill-after=5 "$limit" "$@" 2>&1 | tee -a "$out/log"
  echo "== $name: exit code ${PIPESTATUS[0]} after $((SECONDS - begun)) s" | tee -a "$out/log"
}

part batches 80 "$python" benchmarks/gpu_graphs.py "${model[@]}" --out "$out"
part speed 70 "$python" benchmarks/gpu_speed.py "${model[@]}" --singly 3 --together 192 --out "$out/graphs"
part eager 50 "$python" benchmarks/gpu_speed.py "${model[@]}" --singly 1 --together 64 --no-graphs --out "$out/eager"
