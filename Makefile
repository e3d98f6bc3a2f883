# `make demo` and `make test` do all set-up themselves, on a fresh machine too.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults lint docs site bench mongod install clean

help:
	@echo "make demo     set up and run campaigns/demo.yaml in runs/demo; again: continue it"
	@echo "make test     set up and run all checks and tests"
	@echo "make test-faults  random faults over many compounds on a real Slurm (root, slurm-wlm, munge)"
	@echo "make lint     the checks alone: ruff, mypy, and the direction of imports"
	@echo "make docs     write the pages of docs/ that are made from the code; execute the notebook"
	@echo "make site     build the pages as a site that needs no network, in build/site"
	@echo "make bench    measure against what one would use instead; writes docs/benchmarks.md"
	@echo "make install  set up alone: $(VENV) with pinned packages, and a MongoDB"
	@echo "make mongod   find a mongod, or fetch a copy"
	@echo "make clean    remove $(VENV); campaigns in runs/ stay"

demo: install
	$(BIN)/interphase run campaigns/demo.yaml --dir runs/demo
	@echo "The whole periodic table, computed already: $(BIN)/interphase report --result llzo"

# Tests of campaigns have two workers each, so two run at a time; the others share the cores, a
# thread each. In the order of the tree the longest (a campaign under faults) does not come last.
CAMPAIGNS := tests/cluster tests/test_contributing.py tests/test_wheel.py \
	$(addprefix tests/workflows/,commands dispatch recovery) $(wildcard tests/workflows/test_*.py)
BY_FILE := --dist loadfile --no-loadscope-reorder
# One more than there are cores: some tests wait for Slurm, a database or a browser.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

test: install lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(WORKERS) --maxprocesses 8 $(BY_FILE) $(CAMPAIGNS:%=--ignore %)
	$(BIN)/pytest -q -n 2 $(BY_FILE) $(CAMPAIGNS)

test-faults: install
	$(BIN)/pytest -q -s -m faults --timeout 3600

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(INSTALLED)
	$(BIN)/python -m studies.pages.reference_pages docs
	$(BIN)/python -m docs.notebook

# Its theme advertises a successor. With --quiet, --strict would not see warnings.
site: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "open build/site/index.html"

bench: install
	$(BIN)/python -m benchmarks.run

install: $(INSTALLED) mongod

mongod: $(INSTALLED)
	@$(BIN)/python -m workflows.storage.server.mongod

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "interphase needs Python 3.11 or newer, and $(PYTHON) is not:" \
			"give another one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "$(PYTHON) cannot make virtual environments: install its venv module" \
			"(Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[forcefield,sevennet,optimade,site,tests]'
	@touch $(INSTALLED)

clean:
	rm -rf $(VENV)
