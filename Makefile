# One verb for each chore. `make help` lists them; each does nothing when nothing changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
DONE := .setup
NPM_INSTALL := npm install --no-audit --no-fund --loglevel=error
WEB := apps/web
SHOP := demo-pos-app
PY_CODE := src tests bench e2e

.PHONY: help setup demo test check fmt bench clean lock \
	test-unit test-integration test-e2e test-fault test-web test-shop test-shared coverage tools

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set up -----------------------------------------------------------------------------------

setup: $(DONE)/python $(DONE)/shop $(DONE)/web ## Make .venv, install the front ends, build the page

$(DONE):
	@mkdir -p $@

$(DONE)/venv: pyproject.toml | $(DONE)
	@deploy/setup/need.sh python node
	@echo "[1/4] Python environment in .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

$(DONE)/python: requirements/dev.txt $(DONE)/venv
	@echo "[2/4] Python packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(DONE)/shop: $(SHOP)/package.json $(SHOP)/package-lock.json $(SHOP)/tsconfig.json \
		$(shell find $(SHOP)/src $(SHOP)/page $(SHOP)/public -type f 2>/dev/null) | $(DONE)/venv
	@echo "[3/4] The demo shop"
	@cd $(SHOP) && $(NPM_INSTALL) && npm run --silent build
	@touch $@

$(DONE)/web: $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/index.html $(WEB)/vite.config.ts $(WEB)/tsconfig.json $(wildcard $(WEB)/scripts/*) \
		$(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null) | $(DONE)/venv
	@echo "[4/4] The page"
	@cd $(WEB) && $(NPM_INSTALL) && npm run --silent build
	@touch $@

tools: $(DONE)/tools ## Install the system packages that the tests need (Debian, Ubuntu)

$(DONE)/tools: deploy/setup/tools.sh | $(DONE)
	@deploy/setup/tools.sh
	@touch $@

# --- run --------------------------------------------------------------------------------------

demo: setup ## Run the product with a shop that fails on purpose and a Jira sandbox
	@$(BIN)/stacklens demo

# --- test -------------------------------------------------------------------------------------

test: setup tools check test-web test-shop coverage test-fault test-e2e ## Check everything, run all tests

check: setup ## Formatter, linters, types, import contracts, generated files
	@$(BIN)/ruff format --check --quiet $(PY_CODE)
	@$(BIN)/ruff check --quiet $(PY_CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >$(DONE)/imports.log || { cat $(DONE)/imports.log; exit 1; }
	@$(BIN)/stacklens openapi | diff -u $(WEB)/openapi.json - || { echo "$(WEB)/openapi.json is old: run 'make fmt'"; exit 1; }
	@cd $(WEB) && npm run --silent check
	@cd $(SHOP) && npm run --silent check
	@git diff --exit-code --stat -- $(WEB)/package-lock.json $(SHOP)/package-lock.json

fmt: setup ## Format everything and write the generated files anew
	@$(BIN)/ruff format --quiet $(PY_CODE)
	@$(BIN)/ruff check --quiet --fix $(PY_CODE)
	@$(BIN)/stacklens openapi >$(WEB)/openapi.json
	@cd $(WEB) && npm run --silent generate && npm run --silent fmt
	@cd $(SHOP) && npm run --silent fmt

coverage: setup tools ## Python tests of all tiers, with at least 95 % of lines and branches
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest tests/unit tests/contract tests/db tests/api tests/flow tests/docs
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

test-unit: setup ## Tests of pure functions
	@$(BIN)/pytest tests/unit

test-integration: setup tools ## Tests on a real PostgreSQL and real processes
	@$(BIN)/pytest tests/contract tests/db tests/api tests/flow tests/docs

test-fault: setup tools ## Kill things under traffic
	@$(BIN)/pytest tests/fault

test-e2e: setup tools ## A real browser on the running product
	@$(BIN)/pytest e2e

test-web: setup ## Tests of the page
	@cd $(WEB) && npm test --silent && npm run --silent storybook:build && npm run --silent size

test-shop: setup ## Tests of the demo shop
	@cd $(SHOP) && npm test --silent

test-shared: setup ## Tests against the cases that others wrote, in ../shared
	@$(BIN)/pytest tests/shared

bench: setup tools ## Measure, and write what was measured to bench/results/
	@$(BIN)/python -m bench

pictures: setup tools ## Take the pictures in docs/pictures from the running product
	@PYTHONPATH=. $(BIN)/python -m e2e.make_pictures

# --- keep house -------------------------------------------------------------------------------

lock: $(DONE)/python ## Lock the Python packages anew
	@for extra in server dev; do \
		$(BIN)/uv --system-certs pip compile --quiet --universal --generate-hashes --no-emit-index-url \
			--no-annotate --no-header --extra server $$([ $$extra = dev ] && echo --extra dev) \
			pyproject.toml -o requirements/$$extra.txt; done

clean: ## Remove everything that was made here
	@rm -rf .venv $(DONE) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache src/stacklens/api/web $(SHOP)/dist $(SHOP)/logs $(SHOP)/coverage \
		$(WEB)/storybook-static $(WEB)/coverage $(SHOP)/node_modules $(WEB)/node_modules
