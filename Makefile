# StatusWire. `make up` is all that a fresh machine with python3 (3.11 or newer) and make needs.

.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py

.PHONY: help up demo web worker poll probe watch beat prepare shell test check format lock runtime dev browser

help: ## Show these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

up: runtime ## Run everything on this machine; PORT=8001 make up listens elsewhere
	@exec $(MANAGE) up

demo: runtime ## The same, with a day of Twilio played in ten minutes
	@exec $(MANAGE) up --demo

web worker poll probe watch beat: runtime ## One process alone, for more than one machine; see docs/OPERATIONS.md
	@exec $(MANAGE) run $@

prepare: runtime ## Migrate, load the catalogue, make the first owner
	@$(MANAGE) prepare

shell: runtime ## Python with the project loaded
	@exec $(MANAGE) shell

test: dev browser check ## Everything: check, then unit, service, concurrency and browser tests
	@$(PYTHON) -m pytest -q

check: dev ## Format, lint, types, import contracts, migrations, templates
	@bin/check

format: dev ## Put code into its one format
	@$(PYTHON) -m ruff check --quiet --fix . ; $(PYTHON) -m ruff format .

lock: dev ## Resolve requirements*.in into requirements*.txt
	@$(PYTHON) -m pip install --quiet uv
	@for name in requirements requirements-dev; do \
	  $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --output-file $$name.txt $$name.in || exit 1; \
	done

runtime:
	@bin/setup requirements.txt

dev:
	@bin/setup requirements-dev.txt

browser:
	@bin/browser
