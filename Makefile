# The doors of the house for people at a shell; what they call stands in portal/ and tests/.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
WORKERS ?= 2
# Whoever sends or takes a large file slowly holds a thread as long as that lasts.
THREADS ?= 8
DEMO := PORTAL_DEMO=1 PORTAL_CLOCK="$${PORTAL_CLOCK:-2023-02-13T09:00:00+07:00}" PORTAL_BASE_URL="$${PORTAL_BASE_URL:-http://127.0.0.1:$(PORT)}"
# Few pools of memory, and large pieces given back at once: a worker keeps some MB less.
SERVER := MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=65536 MALLOC_MMAP_THRESHOLD_=65536 $(BIN)/granian --interface wsgi --host $${HOST:-127.0.0.1} --port $(PORT) --workers $(WORKERS) --blocking-threads $(THREADS) --respawn-failed-workers --no-ws --log-level error wsgi:app

# Compiled code is kept, or every start compiles all anew and takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run serve test check bench fmt setup setup-dev translations snapshots requirements clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/.runtime: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(BIN)/pip install -q --disable-pip-version-check $(UV) 2>/dev/null && $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.txt || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(BIN)/.dev: $(BIN)/.runtime requirements-dev.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

MO := portal/translations/en/LC_MESSAGES/messages.mo
$(MO): portal/translations/en/LC_MESSAGES/messages.po $(BIN)/.runtime
	@$(BIN)/pybabel -q compile -f -d portal/translations

setup: $(BIN)/.runtime $(MO)
	@$(BIN)/python -m portal.core.build_assets

# Readers of ours in the tests that only npm has; npm itself comes with the environment and writes this file when it is done.
READERS := tests/readers/node_modules/.package-lock.json
$(READERS): tests/readers/package-lock.json | $(BIN)/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --loglevel=error --prefix tests/readers >/dev/null && touch $@

setup-dev: setup $(BIN)/.dev $(READERS)

# The server and the worker that sends mail live and die together, also when only make is told to stop.
define SERVE_AND_WORK
{ nice $(BIN)/flask --app wsgi worker & worker=$$!; $(SERVER) & server=$$!; trap 'kill $$worker $$server 2>/dev/null' EXIT; trap 'exit 0' INT TERM; wait $$server; }
endef

# Made once: looking whether anything is missing takes longer than starting. New content or migrations are brought in.
INSTANCE := $(or $(PORTAL_INSTANCE),instance)
DEMO_MADE := $(INSTANCE)/.demo-made
$(DEMO_MADE): $(shell find content migrations/versions -name '*.py' -o -path 'content/*' -type f) \
              $(if $(PORTAL_DATABASE_URL),FORCE) $(if $(wildcard $(INSTANCE)/portal.sqlite),,FORCE) | setup
	@$(DEMO) $(BIN)/flask --app wsgi demo --if-empty && touch $@
FORCE:

run: setup $(DEMO_MADE) ## the portal with demonstration people and data on http://127.0.0.1:8000 (PORT changes it)
	@export $(DEMO); \
	echo "พร้อมแล้ว เปิด http://127.0.0.1:$(PORT)  (หยุดด้วย Ctrl-C)" && $(SERVE_AND_WORK)

serve: setup ## production: needs PORTAL_SECRET_KEY; migrates, loads content/, serves and sends mail
	@$(BIN)/flask --app wsgi db upgrade && $(BIN)/flask --app wsgi content load && $(SERVE_AND_WORK)

test: setup-dev ## the whole suite, browser part included
	@$(BIN)/pytest -n 2 --dist worksteal

check: setup-dev ## ruff, mypy, djlint, translations complete, floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint portal/templates --lint --quiet
	@$(BIN)/pytest -n 0 tests/test_house.py tests/test_translations.py

bench: setup-dev ## figures as ratios to a bare Flask answer; writes bench/RESULTS.md
	@$(BIN)/python -m bench

fmt: setup-dev ## format code
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format -q .

translations: setup-dev ## collect messages of code and templates into the English catalogue
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k _n:1,2 --no-location --sort-output --omit-header -o portal/translations/messages.pot portal
	@$(BIN)/pybabel -q update -i portal/translations/messages.pot -d portal/translations -l en --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date
	@rm portal/translations/messages.pot

snapshots: setup-dev ## write the words of every mail anew (tests/mail/snapshots), to be read as a difference
	@rm -rf tests/mail/snapshots
	@SNAPSHOTS=write $(BIN)/pytest -q -n 0 tests/mail/test_snapshots.py -k "test_a_message or test_every"

requirements: setup-dev ## pin requirements*.in and what npm brings anew, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements-dev.in -o requirements-dev.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --loglevel=error --package-lock-only --prefix tests/readers

clean: ## remove the environment, built assets and the demonstration data
	@rm -rf $(VENV) instance portal/static/built tests/readers/node_modules
