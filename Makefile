# Everything that is done with this repository. `make` alone lists the targets.
.DEFAULT_GOAL := help
export PYTHONPATH := shared:.
PYTHON := .venv/bin/python

help:
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

setup: .venv/.ready ## make .venv with Python 3.13 and everything that development needs

demo: setup ## connect an exchange, a wallet and a bank, sync them twice, and show it
	$(PYTHON) -m local demo

local: setup ## serve the product on this machine, and print how to call it
	$(PYTHON) -m local play

test: setup ## run all tests (ARGS=... goes to pytest)
	$(PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

check: setup ## lint, types, imports, template, generated documents, requirements
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) -m tools.lint_template
	$(PYTHON) docs/generate_connectors.py --check
	$(PYTHON) docs/generate_openapi.py --check
	$(PYTHON) -m tools.check_lock
	$(PYTHON) -m tools.check_words

build: .venv-sam/.ready ## build for AWS into .aws-sam/build
	tools/build.sh

deploy: build ## deploy what was built (ARGS=... goes to sam deploy)
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam deploy $(ARGS)

openapi: setup ## write docs/openapi.json and docs/connectors.md anew
	$(PYTHON) docs/generate_openapi.py
	$(PYTHON) docs/generate_connectors.py

bench: setup .venv-bench/.ready ## measure against the script that one would write instead
	$(PYTHON) -m bench $(ARGS)

lock: setup ## compile the requirements (ARGS=-U takes newer versions)
	tools/lock.sh $(ARGS)

clean: ## remove everything that was made
	rm -rf .venv .venv-sam .venv-bench .aws-sam .build .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: requirements/dev.txt
.venv-sam/.ready: requirements/sam.txt
.venv-bench/.ready: requirements/bench.txt
.venv/.ready .venv-sam/.ready .venv-bench/.ready: .python-version
	@sh tools/make_venv.sh $(@D) $(filter %.txt,$^)

.PHONY: help setup demo local test check build deploy openapi bench lock clean
