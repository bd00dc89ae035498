# The one door: people and CI run the same targets. Needs Python 3.11 or newer, make and a package index.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
WORK   := work
COHORT := $(WORK)/crps_published.csv

# An environment the caller has active must not leak in.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help train test test-newest test-hosts coverage programs check docs format lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

train: $(COHORT)  ## train, validate and explain the CRPS study on the synthetic cohort
	cd $(WORK) && ../$(BIN)/predictor train ../configs/crps_esketamine.yaml --data $(notdir $(COHORT)) --models ../models
	@echo
	@echo "Report:  $(WORK)/reports/crps-esketamine/latest/report.html     Models:  models/crps-esketamine/latest     Runs:  cd $(WORK) && ../$(BIN)/predictor ui"

test: check programs  ## check, then run every test and doctest
	$(BIN)/python -m pytest -n 2 --dist worksteal

coverage: $(STAMP) programs  ## which lines the tests run; takes longer than the tests alone
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered

test-newest: $(STAMP)  ## the wheel with the newest dependencies there are, in an environment of its own
	$(BIN)/python .ci/newest.py

test-hosts: $(STAMP)  ## a training on several hosts, of which some fail; Linux, as root, ten minutes
	.ci/network
	$(BIN)/python -m pytest tests/hosts/on_hosts.py -rP --durations=0

programs:
	.ci/browser
	.ci/postgres
	.ci/office

check: $(STAMP)  ## formatting, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(STAMP)  ## build the documentation site into build/site
	$(BIN)/mkdocs build --strict --site-dir build/site

format: $(STAMP)  ## format, and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## write requirements.lock anew from pyproject.toml
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/python -m pip install --quiet uv==0.13.9
	UV_CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/uv pip compile pyproject.toml --group dev \
	    --universal --python-version 3.11 --fork-strategy fewest --no-strip-extras --upgrade \
	    --generate-hashes --quiet --output-file requirements.lock

clean:  ## remove the environment, caches and what training wrote
	rm -rf $(VENV) $(WORK) build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find models -mindepth 1 ! -name README.md -delete
	find src tests -name __pycache__ -prune -exec rm -rf {} +

$(COHORT): $(STAMP)
	mkdir -p $(WORK)
	$(BIN)/predictor simulate $@ --published

# The lock is complete, so nothing is left for pip to resolve: what it would choose changes from month to month.
$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'predictor needs Python 3.11 or newer: make PYTHON=python3.12')"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-index --no-build-isolation -e .
	$(BIN)/python -m pip check --quiet
	touch $@
