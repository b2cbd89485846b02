# FactoryOS. `make` prints this help; every target builds what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The pages' style and scripts are built from these; of Tabler only what templates and routes name stays.
ASSETS := api/static/manifest.json
PAGES := $(shell find api/assets api/pages deploy/assets -type f -not -name '*.pyc')
# Node 20 or newer where the machine has one, else the one from PyPI.
NODE := $(shell node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && npm --version >/dev/null 2>&1 && echo yes)
NODE_PATH := $(if $(NODE),$(PATH),$(CURDIR)/$(BIN):$(PATH))

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench security lock fast

help: ## print this help
	@echo "FactoryOS: the commands (needs only Python 3.11 or newer; PYTHON=/path/to/python chooses one)"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/dev.stamp $(ASSETS) ## install everything, tools of development included, into .venv

run: $(VENV)/run.stamp $(ASSETS) ## start the whole product here; Ctrl-C stops it, its data stays in .factoryos/
	@exec $(BIN)/factoryos run

demo: $(VENV)/run.stamp $(ASSETS) ## build three real machines end to end through the API, and check every figure
	@exec $(BIN)/factoryos demo

# Each process has servers of its own; a file's tests stay together, for they share what is slow to make; the order is
# that of tests/conftest.py.
test: fast ## lint, types, contracts, then all tests on real servers
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: test ## all that must hold before a commit; the same as `make test`

fast: $(VENV)/dev.stamp $(ASSETS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## measure speed as ratios against bare floors
	@exec $(BIN)/factoryos bench

security: $(VENV)/dev.stamp ## the whole corpus of attacks, the matrix, scans, known holes in dependencies; with figures
	@$(BIN)/ruff check --select S --quiet . && echo "lint of security rules: nothing found"
	@FACTORYOS_ATTACKS=all $(BIN)/pytest -q tests/api/test_attacks.py tests/api/test_matrix.py tests/api/test_bad_input.py \
	  tests/records/test_every_function_abroad.py tests/records/test_frozen.py tests/house/test_secrets_scan.py
	@$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements.txt \
	  || echo "dependencies: pip-audit found the above, or could not reach its database (it needs the internet)"

lock: $(VENV)/dev.stamp ## write requirements*.txt anew from requirements*.in (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-local.in -o requirements-local.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-node.in -o requirements-node.txt
	PATH="$(NODE_PATH)" npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

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

$(ASSETS): $(VENV)/node.stamp $(PAGES)
	@echo "Building what the pages load ..."
	@PATH="$(NODE_PATH)" node deploy/assets/build.mjs

$(VENV)/node.stamp: $(VENV)/made.stamp package.json package-lock.json requirements-node.txt
	@echo "Fetching what the pages are built from (once) ..."
	@$(if $(NODE),true,$(PIP) install --require-hashes -r requirements-node.txt)
	@PATH="$(NODE_PATH)" npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@
