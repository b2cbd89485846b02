# FactoryOS. `make` prints this help; every target builds what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench lock fast

help: ## print this help
	@echo "FactoryOS: the commands (needs only Python 3.11 or newer; PYTHON=/path/to/python chooses one)"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/dev.stamp ## install everything, tools of development included, into .venv

run: $(VENV)/run.stamp ## start the whole product here; Ctrl-C stops it, its data stays in .factoryos/
	@exec $(BIN)/factoryos run

demo: $(VENV)/run.stamp ## build three real machines end to end through the API, and check every figure
	@exec $(BIN)/factoryos demo

test: fast ## lint, types, contracts, then all tests on real servers
	$(BIN)/pytest

check: test ## all that must hold before a commit; the same as `make test`

fast: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## measure speed as ratios against bare floors
	@exec $(BIN)/factoryos bench

lock: $(VENV)/dev.stamp ## write requirements*.txt anew from requirements*.in (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-local.in -o requirements-local.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

# A stamp is younger than the locks it was made from, so a second `make run` starts at once.
$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  found=$$($(PYTHON) --version 2>/dev/null || echo "not installed"); \
	  echo "FactoryOS needs Python 3.11 or newer; '$(PYTHON)' is $$found."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python comes without venv or ensurepip. On Debian and Ubuntu: apt install python3-venv"; \
	  echo "or name another Python: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: $(VENV)/made.stamp requirements.txt requirements-local.txt pyproject.toml
	@echo "Installing FactoryOS and its servers into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements.txt -r requirements-local.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "Installing the tools of development into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
