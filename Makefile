# Everything runs from .venv, which scripts/venv makes and renews when requirements*.txt change.
PYTHON := .venv/bin/python

.PHONY: up test e2e test-cluster lint types documents lock demo clean

up: .venv/ready            ## run the suite on http://127.0.0.1:8000 (embedded: nothing but Python)
	@exec $(PYTHON) -m clayette up

test: .venv/ready-dev lint types  ## rules, services, gateway, flows on the embedded set-up
	scripts/chromium
	scripts/side-by-side

e2e: .venv/ready-dev       ## the pages in a browser; pictures of them under var/looks
	scripts/chromium
	$(PYTHON) -m pytest --confcutdir=tests/e2e tests/e2e

test-cluster: .venv/ready-dev     ## the same on RabbitMQ and PostgreSQL, with crashes and replicas
	scripts/chromium
	scripts/side-by-side scripts/on-cluster

demo: .venv/ready          ## the guide's story through the API of the suite at CLAYETTE_URL
	$(PYTHON) -m clayette demo

lint: .venv/ready-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: .venv/ready-dev
	.venv/bin/mypy

documents: .venv/ready     ## docs/events.md, asyncapi.json, openapi.json from the code
	$(PYTHON) -m clayette documents

lock: .venv/ready          ## pin requirements*.in again, with hashes and no index address
	scripts/lock

.venv/ready: requirements.txt
	scripts/venv requirements.txt && touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	scripts/venv requirements-dev.txt && touch $@
