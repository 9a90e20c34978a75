PORT ?= 8000
PYTHON := .venv/bin/python

# Tests that play by chance against a model; the suite has few examples of each.
MODELS := tests/journeys/test_histories.py tests/journeys/test_team.py tests/search/test_random_queries.py \
    tests/workflows/test_nothing_slips_through.py tests/workflows/test_rules.py

.DEFAULT_GOAL := help
.PHONY: help setup run test nightly lint bench package

help: ## List every target with one line.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing: system packages, .venv, DynamoDB Local.
	@scripts/setup.sh

run: setup ## Serve all of Reef on this machine; PORT=8000, DEMO=1 adds sample media.
	@exec setpriv --pdeathsig TERM $(PYTHON) -m local run --port '$(PORT)' $(if $(filter-out 0,$(DEMO)),--demo)

test: lint ## Prove that everything works: lint, then all tests.
	$(PYTHON) -m pytest -n 2 -p tests.sharding

nightly: setup ## Prove what takes hours: every type as it ships, crashes, models, a soak.
	REEF_NIGHTLY=1 $(PYTHON) -m pytest tests/runtime
	REEF_EXAMPLES=500 $(PYTHON) -m pytest $(MODELS) --timeout 0
	$(PYTHON) -m tests.faults --schedules 2000
	$(PYTHON) -m tests.faults --cuts
	$(PYTHON) -m tests.faults --soak 30

lint: setup ## Check style, types and the import order.
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

bench: setup ## Measure what the promises of speed and cost rest on.
	$(PYTHON) -m bench

package: setup ## Build the CloudFormation template and the functions' zip into dist/.
	$(PYTHON) -m infra.package
