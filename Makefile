# `make` or `make help` lists the targets. Settings, all optional:
#   PYTHON    interpreter that makes the virtual environment (3.11 or newer)
#   VENV      where that environment lies                          [.venv]
#   MAX_JOBS  compilers that build mmcv at once    [what cores and memory allow]
#   ARGS      further arguments of `make demo`, `make test` and `make test-all`

VENV ?= .venv
PYTHON ?= $(shell for p in python3.11 python3.12 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)

BIN := $(VENV)/bin
STAMP := $(VENV)/.fairmot_mm-ready
DOCS_VENV := $(VENV)-docs
SETUP_FILES := setup.py $(addprefix requirements/,lock.txt mmcv.txt dev.txt) \
	tools/dev/set_up.py tools/dev/build_mmcv.py tools/dev/precompiled_cxx.py \
	tools/dev/check_setup.py
TEXT := fairmot_mm configs tools tests docs .ci requirements Makefile setup.py mkdocs.yml $(wildcard *.md)

.DEFAULT_GOAL := help
.PHONY: help setup build-mmcv demo test test-all lint format docs clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## Make the environment (demo, test, lint and format do it too)

# Written only once the check has passed: an interrupted set-up is taken up again.
$(STAMP): $(SETUP_FILES)
	@test -n "$(PYTHON)" || { echo "fairmot_mm: no Python 3.11 or newer was found;" \
	"install it (Debian, Ubuntu: apt install python3.11 python3.11-venv python3.11-dev)" \
	"or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) tools/dev/set_up.py "$(VENV)" $(if $(REBUILD_MMCV),--rebuild-mmcv)
	@touch "$@"

build-mmcv: ## Compile mmcv anew from its source, for when the check asks for it
	@rm -f "$(STAMP)"
	@$(MAKE) --no-print-directory REBUILD_MMCV=1 setup

demo: setup ## Track people in a video drawn on the spot
	@"$(BIN)/python" tools/demo.py $(ARGS)

# As many processes as cores this one may use. A file stays in one of them, with its fixtures.
# Eight are enough: each imports torch and collects all tests first. If one of them dies, the
# run ends and names its test; with another in its place, it may wait for ever.
PARALLEL := -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder --max-worker-restart 0
# One thread of PyTorch in each process, because more would wait for each other. Bytecode is
# written, because the tests start many interpreters that import torch.
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 "$(BIN)/python" -m pytest

test: setup ## Run the tests that are not marked slow, on all cores
	@$(PYTEST) $(PARALLEL) -m 'not slow and not own_process' $(ARGS) || [ $$? -eq 5 ]
	@$(PYTEST) -m own_process $(ARGS) || [ $$? -eq 5 ]

# The slow ones one after the other: some measure time, and Slurm needs the whole machine.
# 5: ARGS select no test of this kind.
test-all: test ## Run all tests, as the continuous integration does
	@$(PYTEST) -m slow $(ARGS) || [ $$? -eq 5 ]

lint: setup ## Check style, types and spelling; change nothing
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .
	"$(BIN)/mypy"
	"$(BIN)/codespell" $(TEXT)

format: setup ## Rewrite files in the house style
	"$(BIN)/ruff" check --fix .
	"$(BIN)/ruff" format .

# An environment of its own, made in seconds: the site needs nothing of the package.
$(DOCS_VENV)/.ready: $(addprefix requirements/,docs.txt lock.txt dev.txt)
	@test -n "$(PYTHON)" || { echo "fairmot_mm: no Python 3.11 or newer was found" >&2; exit 1; }
	@$(PYTHON) -m venv --clear "$(DOCS_VENV)"
	@"$(DOCS_VENV)/bin/pip" --disable-pip-version-check install -q -r requirements/docs.txt
	@touch "$@"

docs: $(DOCS_VENV)/.ready ## Build the pages of docs/ as a site in site/, links checked
	@NO_MKDOCS_2_WARNING=1 "$(DOCS_VENV)/bin/mkdocs" build -q
	@echo "fairmot_mm: the site is in site/index.html"

clean: ## Remove the environments, caches and builds
	rm -rf "$(VENV)" "$(DOCS_VENV)" site build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache fairmot_mm/.mim
