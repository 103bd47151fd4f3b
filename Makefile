# `make tournament` and `make test` are all that a newcomer needs: they install everything that they use.

SHELL := /bin/bash
PYTHON ?= python3
GAMES ?= 500
OUT ?= out
BIN := .venv/bin

.PHONY: help install native play tournament test test-experiments test-backends test-web test-sglang test-all \
  test-inside test-outside test-long fuzz pins pictures bench check format clean

help:
	@echo "make tournament   the main job: two models, two games, GAMES=500 (GAMES=50 for a first look)"
	@echo "make play         open the app"
	@echo "make native       compile llama.cpp for this processor, which may make local models faster; needs a C++ compiler"
	@echo "make test         install what tests need, and run the unit tests and some of the app and of real models"
	@echo "make test-web     the app in a browser; needs Chromium"
	@echo "make test-sglang  the client against a real SGLang server on the CPU; installs it (2.3 GB)"
	@echo "make test-all     all of these and many more, in two halves side by side"
	@echo "make test-long    tests that take minutes: every architecture, LaTeX, the README's commands"
	@echo "make fuzz         thousands of seeded inputs of each kind; ARENA_FUZZ=1000"
	@echo "make bench        all benchmarks that need no GPU, at most an hour; BENCH=--quick only tries each of them"
	@echo "make check        lint, types, import contracts"
	@echo "make install      only make .venv with everything that Arena uses"
	@echo "make pins         rewrite requirements/ after a change in pyproject.toml or constraints.txt; needs uv"
	@echo "make pictures     refresh the pictures of the app; needs Chromium"
	@echo "make format       format the code"
	@echo "make clean        remove everything that was made, including .venv"

install: .venv/.installed

# the lines of pip's output to show: what it installs, the compiler's progress (ninja's or make's), and errors
PROGRESS := ^ *\[ *[0-9]+(/[0-9]+|%)\].{0,90}|^ *Collecting [^ ]*|Building wheel.*|Successfully installed.*|.*(ERROR|[Ee]rror:).*

# only what requirements/ lists is installed, by hash; packages built here are built only with what it lists, too
PIP := $(BIN)/python -m pip --disable-pip-version-check install --no-build-isolation
HASHED := $(PIP) --require-hashes --no-deps
# shows the progress of a command, and keeps all of its output; the exit status is the command's
SHOWN = 2>&1 | tee .venv/install.log | { grep --line-buffered -oE '$(PROGRESS)' || true; } \
  || { echo "The installation failed; all of its output is in .venv/install.log"; exit 1; }

# nothing is compiled here: llama.cpp comes prebuilt
.venv/.installed: pyproject.toml requirements/build.txt requirements/install.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Arena needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing, which takes a minute or so."
	$(HASHED) -q -r requirements/build.txt
	set -o pipefail; $(HASHED) -r requirements/install.txt $(SHOWN)
	$(PIP) -q --no-deps -e .
	@touch $@

native: .venv/.native

# llama.cpp compiled for this processor, without what Arena doesn't call (its programs' code, pictures and sound). It is
# compiled in a place of its own, not in a temporary one, so that ccache, where there is one, knows the files again
SOURCE := .venv/llama.cpp
COMPILED := -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_llama.cpp_INCLUDE='$(CURDIR)/requirements/native.cmake'
.venv/.native: requirements/native-build.txt requirements/native.txt requirements/native.cmake | .venv/.installed
	@echo "Compiling llama.cpp for this processor, which takes 2 to 10 minutes."
	$(HASHED) -q -r requirements/native-build.txt
	rm -rf $(SOURCE) && mkdir $(SOURCE)
	$(subst install,download,$(HASHED)) -q -d $(SOURCE) -r requirements/native.txt
	tar -xzf $(SOURCE)/llama_cpp_python-*.tar.gz -C $(SOURCE)
	set -o pipefail; export PATH="$(CURDIR)/$(BIN):$$PATH" CCACHE_BASEDIR="$(CURDIR)" CCACHE_NOHASHDIR=1; \
	  CMAKE_ARGS="$(COMPILED) $$CMAKE_ARGS" SKBUILD_CMAKE_VERBOSE=false SKBUILD_BUILD_DIR="$(CURDIR)/$(SOURCE)/build" \
	  $(PIP) --no-deps --no-cache-dir -v $(SOURCE)/llama_cpp_python-*/ $(SOURCE)/*.whl $(SHOWN)
	rm -rf $(SOURCE)
	@touch $@

# torch without hashes: its wheels differ between kinds of machine
.venv/.installed-dev: .venv/.installed .venv/.native requirements/dev.txt
	$(HASHED) -q -r requirements/dev.txt
	$(PIP) -q -c constraints.txt torch
	@touch $@

tournament: .venv/.installed
	@echo "Two models, two games, $(GAMES) matches each: 500 take 5 to 20 minutes on two cores, GAMES=50 a fifth of that."
	@echo "Interrupt it when you like; the same command continues where it stopped."
	$(BIN)/arena tournament --subject llm:gemma-3-270m --subject llm:smollm2-135m-instruct \
	  --game rps --game hide-and-seek --games $(GAMES) --rounds 10 --seed 0 --out $(OUT)

play: .venv/.installed
	@$(BIN)/arena

# most tests keep one core busy, so two halves side by side take little more than half the time
SIDE_BY_SIDE := --no-print-directory -j2 --output-sync=target
QUICK := not slow and not long and not web and not sglang and not vllm
# of the other tests, matches and runs in the app, and the small models on both builds of llama.cpp
IN_THE_APP := $(addprefix tests/tui/test_,lobby.py match.py ending.py run.py)
ON_MODELS := tests/integration/test_models.py tests/integration/test_contract.py
EXPERIMENTS := tests/unit/experiments tests/unit/reports tests/unit/exchange tests/unit/session

test: .venv/.installed-dev
	@echo "Two halves side by side take about six minutes on two cores; the output of each appears when it is done."
	@$(MAKE) $(SIDE_BY_SIDE) test-experiments test-backends

test-experiments:
	$(BIN)/python -m pytest -m "$(QUICK)" -o cache_dir=.pytest_cache/experiments $(EXPERIMENTS) $(IN_THE_APP)

test-backends:
	$(BIN)/python -m pytest -m "$(QUICK)" -o cache_dir=.pytest_cache/backends $(addprefix --ignore=,$(EXPERIMENTS)) \
	  tests/unit $(ON_MODELS)

test-web: .venv/.installed-dev
	$(BIN)/python -m pytest -m web tests/web

# a real SGLang server that needs no GPU, in its own environment because it needs other versions
.venv-sglang/.installed: tests/integration/sglang_cpu/install.sh tests/integration/sglang_cpu/requirements.txt
	tests/integration/sglang_cpu/install.sh .venv-sglang $(PYTHON)
	@touch $@

test-sglang: .venv/.installed-dev .venv-sglang/.installed
	$(BIN)/python -m pytest -m sglang

test-all: .venv/.installed-dev .venv-sglang/.installed
	@$(MAKE) $(SIDE_BY_SIDE) test-inside test-outside

# of the integration tests, two files that take long and need no server are run in the shorter half
LENT := tests/integration/test_killed.py tests/integration/test_suites.py

test-inside:
	$(BIN)/python -m pytest -m "not slow" -o cache_dir=.pytest_cache/inside tests/unit tests/tui tests/fuzz $(LENT)

test-outside:
	$(BIN)/python -m pytest -m "not slow" -o cache_dir=.pytest_cache/outside $(addprefix --ignore=,$(LENT)) \
	  tests/integration tests/web

test-long: .venv/.installed-dev .venv-sglang/.installed
	$(BIN)/python -m pytest -m slow

fuzz: .venv/.installed-dev
	ARENA_FUZZ=$${ARENA_FUZZ:-1000} $(BIN)/python -m pytest tests/fuzz

# needs uv and the network
pins:
	requirements/pin.sh

# every benchmark that needs no GPU: all numbers in $(OUT)/bench/bench.json, one table in $(OUT)/bench/bench.md
bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks.bench --out $(OUT)/bench $(BENCH)

pictures: .venv/.installed-dev
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/pictures_moving.py
	$(BIN)/python docs/pictures_browser.py

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-sglang .venv-vllm out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
