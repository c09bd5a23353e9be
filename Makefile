# make        set up .venv from the locked requirements and run the whole workflow
# make test   the same set-up with the test tools, then every check and test
# make setup  the set-up alone
# make dependability   kills, full disks, typos, time zones and hostile text at full length (an hour); make test has a short form
# make lock   renew the locked requirements from pyproject.toml;  make docs, make format, make clean

PYTHON ?= python3
CORES ?= all
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: all setup run test dependability check lock docs format clean

all: run

setup: .venv/.installed

run: .venv/.installed
	@$(BIN)/snakemake --cores $(CORES)

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else f"Python 3.11, 3.12 or 3.13 is needed, this is {sys.version.split()[0]}: call make PYTHON=python3.12, say")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: requirements.lock pyproject.toml | .venv/.python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q workflow/src
	@touch $@

.venv/.tools: requirements-test.lock | .venv/.installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-test.lock
	@touch $@

check: .venv/.installed .venv/.tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow/rules

test: check
	$(BIN)/python -m pytest -n 2 --dist loadfile

dependability: .venv/.installed .venv/.tools
	FRAMINGS_FULL=1 $(BIN)/python -m pytest tests/dependability tests/test_runs.py tests/test_settings.py

lock: .venv/.tools
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --extra build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

docs: .venv/.installed
	$(BIN)/python docs/write_pages.py

format: .venv/.tools
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow/rules

clean:
	rm -rf results logs .snakemake .pytest_cache .ruff_cache .hypothesis
	find benchmarks -name '*.tsv' -delete
