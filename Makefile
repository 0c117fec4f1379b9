# The two commands:   make course    open the course in JupyterLab
#                     make test      run every test
# Both make .venv first if need be, and again whenever pyproject.toml or constraints.txt changed.

PYTHON ?= python3
PY := .venv/bin/python
# Passed on: make course JUPYTER_ARGS="--no-browser --port=9999", make test PYTEST_ARGS="-k engine"
JUPYTER_ARGS ?=
PYTEST_ARGS ?=
BENCH_ARGS ?=

.PHONY: course test lint bench speed docs figures notebooks constraints clean
.DEFAULT_GOAL := help
.PHONY: help
help:
	@sed -n 's/^## //p' Makefile

## make course       open the course in JupyterLab (your own copy of it, in work/)
course: .venv/course.stamp
	$(PY) -m minigrad.course start work
	PATH="$(CURDIR)/.venv/bin:$$PATH" jupyter lab $(JUPYTER_ARGS) work/00_start_here.ipynb

## make test         run every test: unit, notebooks, browser, ruff, mypy
test: .venv/test.stamp
	$(PY) -m pytest $(PYTEST_ARGS)

## make lint         ruff and mypy alone
lint: .venv/test.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

## make bench        measure against PyTorch and others (those that are installed)
bench: .venv/bench.stamp
	$(PY) -m benchmarks $(BENCH_ARGS)

## make speed        measure it all and put it into docs/speed.md, README and its figure (needs PyTorch)
speed: .venv/bench.stamp
	mkdir -p build
	$(PY) -m benchmarks --json build/samples.json $(BENCH_ARGS)
	$(PY) -m benchmarks.summary build/samples.json
	$(PY) -m benchmarks.scaling --write
	$(PY) -m benchmarks.decisions --write

## make docs         build the pages and the API reference into build/docs
docs: .venv/test.stamp
	$(PY) -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "Open build/docs/index.html"

## make figures      draw every picture of the README and the lessons again
figures: .venv/test.stamp
	$(PY) -m figures

## make notebooks    build and execute the lessons from course/src/; the page of errors, the README's pictures
notebooks: .venv/test.stamp
	$(PY) course/build.py
	$(PY) course/error_page.py
	$(PY) -m course.readme_pictures

## make constraints  pin the newest versions of everything (needs uv)
constraints:
	@{ head -2 constraints.txt; uv pip compile -q --universal --python-version 3.11 pyproject.toml \
	   --extra course --group test --group bench --no-annotate --no-header; } > constraints.new
	@mv constraints.new constraints.txt

## make clean        remove .venv and caches (never work/)
clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

# JupyterLab's question about news would lie over the lesson.
LAB_SETTINGS := .venv/share/jupyter/lab/settings
NEWS := @jupyterlab/apputils-extension:notification
QUIET_LAB := mkdir -p $(LAB_SETTINGS) && \
  echo '{"$(NEWS)": {"fetchNews": "false", "checkForUpdates": false}}' > $(LAB_SETTINGS)/overrides.json

# Installing by group needs a pip younger than the one that Python brings along.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "minigrad needs Python 3.11 or newer; choose one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
.venv/pip.stamp: constraints.txt | .venv/bin/python
	$(PY) -m pip install --quiet --upgrade -c constraints.txt pip
	@touch $@

.venv/course.stamp: pyproject.toml constraints.txt .venv/pip.stamp
	@echo "Installing what the course needs: a minute or two, the first time ..."
	$(PY) -m pip install --quiet -c constraints.txt -e ".[course]"
	@$(QUIET_LAB)
	@touch $@
.venv/test.stamp: pyproject.toml constraints.txt .venv/pip.stamp
	@echo "Installing what the tests need: a minute or two, the first time ..."
	$(PY) -m pip install --quiet -c constraints.txt -e ".[course]" --group test
	@$(QUIET_LAB)
	@touch $@ .venv/course.stamp
.venv/bench.stamp: .venv/test.stamp
	$(PY) -m pip install --quiet -c constraints.txt --group bench
	@touch $@
