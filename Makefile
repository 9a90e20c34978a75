PORT ?= 8000
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench package

help: ## List every target with one line.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing: system packages, .venv, DynamoDB Local.
	@scripts/setup.sh

run: setup ## Serve all of Reef on this machine; PORT=8000, DEMO=1 adds sample media.
	@exec setpriv --pdeathsig TERM $(PYTHON) -m local run --port '$(PORT)' $(if $(filter-out 0,$(DEMO)),--demo)

test: lint ## Prove that everything works: lint, then all tests.
	$(PYTHON) -m pytest -n 2 -p tests.sharding

lint: setup ## Check style, types and the import order.
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

bench: setup ## Measure what the promises of speed and cost rest on.
	$(PYTHON) -m bench

package: setup ## Build the CloudFormation template and the functions' zip into dist/.
	$(PYTHON) -m infra.package
