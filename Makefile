# Everything works on a machine with Python 3.11 or later and make; the virtual environment is .venv.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-clients check format lint types imports fix snapshots coverage bench fuzz fuzz-guided \
	test-lowest audit corpus clients docs release-check clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- set-up: stamps, so that it is done again only when pyproject.toml changes ------------------------------

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# An editable install compiles nothing, and some environments forbid Python to do it at run time: then every start of
# the command would compile a hundred modules anew. A regular install has them compiled by pip.
compiled = @$(BIN)/python -m compileall -q samguard rules

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(PIP) install --editable .
	$(compiled)
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[test]'
	$(compiled)
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[dev]'
	$(compiled)
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-docs: pyproject.toml | $(BIN)/python
	$(PIP) install --editable '.[docs]'
	@touch $@

# ---- the main job, and the tests ---------------------------------------------------------------------------

demo: $(VENV)/.installed ## check and plan the project in fixtures/demo
	$(BIN)/samguard check fixtures/demo --exit-zero
	$(BIN)/samguard plan fixtures/demo

test: $(VENV)/.installed-test ## run the tests, but not the slow ones (ARGS="-k strategy")
	$(BIN)/pytest -n auto -m 'not slow and not clients' $(ARGS)

# ---- everything a change must pass -------------------------------------------------------------------------

check: format lint types imports docs test ## all of the following and the documentation, then the tests

format: $(VENV)/.installed-dev ## is the code formatted?
	$(BIN)/ruff format --check --quiet --diff .

lint: $(VENV)/.installed-dev ## ruff
	$(BIN)/ruff check .

# On the working tree, mypy cannot find samguard.rules (it lies in rules/), and import-linter passes what it should
# refuse. So both look at an installed copy, with the tests beside it, made anew each time: setuptools' own build/lib
# would keep modules that were deleted.
.PHONY: installed
installed: $(VENV)/.installed-dev
	@rm -rf build
	$(PIP) install --no-build-isolation --no-compile --no-deps --target build/installed .
	@cp -R tests build/installed/

types: installed ## mypy, over the package, the rules and the tests
	cd build/installed && ../../$(BIN)/mypy --config-file ../../pyproject.toml samguard tests

imports: installed ## import-linter: imports go down
	cd build/installed && ../../$(BIN)/lint-imports ../../pyproject.toml --no-cache --no-logo

# ---- for the one who changes something ---------------------------------------------------------------------

fix: $(VENV)/.installed-dev ## let ruff repair and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

snapshots: $(VENV)/.installed-test ## write the tests' snapshots and the output in the documentation anew; read the diff
	$(BIN)/pytest -m 'not slow and not clients' --snapshot-update --ignore tests/docs $(ARGS)
	PYTHONPATH=tests $(BIN)/python tests/docs/test_docs.py
	$(BIN)/python docs/pictures/terminal.py

coverage: $(VENV)/.installed-dev ## which lines and branches no test reaches
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -m 'not slow and not clients' $(ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

fuzz: $(VENV)/.installed-test ## the slow tests: random templates against their judges
	$(BIN)/pytest -n auto -m slow $(ARGS) || { test $$? -eq 5 && echo "make $@: no test is marked slow yet" >&2; exit 2; }

TARGETS ?= templates samconfigs pipelines hooks settings
MINUTES ?= 30
fuzz-guided: $(VENV)/.installed-test ## coverage-guided fuzzing (TARGETS="templates" MINUTES=30); needs atheris
	$(PIP) install atheris
	@mkdir -p .fuzzing
	@for target in $(TARGETS); do \
	  (cd .fuzzing && ../$(BIN)/python ../tests/fuzzing/fuzz.py $$target --minutes $(MINUTES)) || exit 2; done

test-lowest: ## the tests, with the lowest version of each dependency that pyproject.toml allows
	rm -rf .venv-lowest
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python benchmarks/lowest.py > .venv-lowest/constraints.txt
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check -c .venv-lowest/constraints.txt --editable '.[test]'
	.venv-lowest/bin/python -m pytest -n auto -m 'not slow and not clients' $(ARGS)

audit: $(VENV)/.installed ## known vulnerabilities of what is installed (asks pypi.org)
	$(PIP) install pip-audit
	$(BIN)/pip-audit --local --skip-editable

# `$(call needs,FILE)` stops with a sentence where a script is not there.
needs = @test -e $(1) || { echo "make $@: needs $(1), which is not written yet" >&2; exit 2; }

bench: $(VENV)/.installed-test ## how long it takes
	$(call needs,benchmarks/run.py)
	$(BIN)/python benchmarks/run.py $(ARGS)

corpus: $(VENV)/.installed-test ## findings gained and lost on real projects (CORPUS=folder)
	@test -d '$(CORPUS)' || { echo "make corpus: say CORPUS=folder, one that holds projects with templates" >&2; exit 2; }
	$(call needs,benchmarks/corpus.py)
	$(BIN)/python benchmarks/corpus.py '$(CORPUS)' $(ARGS)

test-clients: $(VENV)/.installed-dev ## pre-commit, readers of reports, editors: as their users run them
	$(BIN)/pytest -m clients tests/clients $(ARGS)

clients: test-clients

docs: $(VENV)/.installed-docs ## the documentation, in docs/_build
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build

release-check: $(VENV)/.installed-dev ## build what would be released, twice; install it elsewhere; run the demo
	$(BIN)/python release/check.py

clean: ## remove what make made
	rm -rf $(VENV) .venv-lowest .fuzzing build dist docs/_build docs/reference/made samguard.egg-info .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
