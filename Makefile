# Every target works from a fresh clone: it makes the environment first. Needs Python 3.11+, make and git.
PYTHON ?= python3
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
CLIENTS_STAMP := $(VENV)/.stamp-clients
SUPERSET := .cache/superset
PATHS := connectors modelling orchestration dashboards sandbox tests benchmarks

export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help docs env demo pages-pictures browser dev test test-slow test-pages year test-clients test-superset acceptance chaos bench lint format lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: $(STAMP)  ## the environment in .venv, as locked

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP)  ## a simulated company, refreshed through the real pipeline, and its KPI board
	$(BIN)/python -m sandbox.demo

pages-pictures: $(STAMP) browser  ## pictures of the demo's pages for the README (after `make demo`)
	$(BIN)/python -m sandbox.pictures

dev: $(STAMP)  ## Dagster UI and daemon on http://127.0.0.1:3000
	$(BIN)/python -m orchestration.dev

test: $(STAMP)  ## the fast suite: offline, a few minutes
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-slow: $(STAMP)  ## what takes longer than the fast suite allows
	$(BIN)/pytest -m slow

year: $(STAMP)  ## a simulated year, day by day, and a backfill of twelve months (an hour and a half)
	$(BIN)/pytest -m slow tests/year

test-clients: $(CLIENTS_STAMP)  ## the vendors' own Python clients against the sandbox
	$(BIN)/pytest -m slow tests/sandbox/test_*_client.py

$(CLIENTS_STAMP): requirements-clients.lock $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.lock
	@touch $(CLIENTS_STAMP)

test-pages: $(STAMP) browser  ## the pages in Chromium, at every width and in both colours
	$(BIN)/pytest -m "slow or not slow" tests/dashboards

browser:  ## Chromium, if it is not there (on Debian, as root)
	@command -v chromium chromium-browser google-chrome > /dev/null || \
	  { apt-get update --quiet --quiet && apt-get install --yes --quiet --quiet chromium; }

test-superset: $(STAMP) $(SUPERSET)/.stamp  ## Superset imports the bundle and shows the marts' numbers
	NYCKELTAL_SUPERSET=$(CURDIR)/$(SUPERSET) $(BIN)/pytest -m slow tests/superset

# Its requirements do not go together with ours.
$(SUPERSET)/.stamp:
	$(PYTHON) -m venv $(SUPERSET)
	$(SUPERSET)/bin/pip install --quiet --disable-pip-version-check \
	  'apache-superset==6.1.0' 'flask-caching<2.5' rich cachetools psycopg2-binary
	@touch $@

acceptance: $(STAMP)  ## every seed through everything
	$(BIN)/pytest -m acceptance

chaos: $(STAMP)  ## 40 rounds of 6 kills each, then one run and a comparison; SEED=n for others
	$(BIN)/pytest -m chaos -n 2 --dist load tests/chaos

bench: $(STAMP)  ## performance as ratios measured in one run
	$(BIN)/python -m benchmarks

lint: $(STAMP)  ## ruff, pyright, sqlfluff
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/ruff check $(PATHS)
	$(BIN)/pyright
	cd dbt_project && ../$(BIN)/sqlfluff lint models --processes 2

format: $(STAMP)  ## formats Python and SQL
	$(BIN)/ruff format $(PATHS)
	$(BIN)/ruff check --fix $(PATHS)

docs: $(STAMP)  ## pages that are written from the catalogue
	$(BIN)/python -m orchestration.kpi_page
	$(BIN)/python -m orchestration.semantic_layer

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
  --custom-compile-command "make lock"

lock: $(STAMP)  ## resolves both lock files anew (needs uv)
	$(LOCK) --extra dev pyproject.toml -o requirements.lock
	$(LOCK) --group clients --constraint requirements.lock -o requirements-clients.lock

clean:  ## removes the environment and everything made by runs
	rm -rf $(VENV) data .cache dbt_project/target dbt_project/logs
