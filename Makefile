# Two commands matter: `make run` and `make test`. Each step also runs alone: `make help`.

SHELL := /bin/sh
SERVICE := .venv/service/bin/python
BOT := .venv/bot/bin/python
NPM := PATH="$(CURDIR)/.venv/service/bin:$$PATH" npm --prefix web
WEB_SOURCES := $(shell find web -name node_modules -prune -o -type f -print 2>/dev/null)

export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup web check-data talk train evaluate compare promote rollback bench-nlu run test lint test-web test-service test-bot journey dialogues requirements docs clean

help: ## show the steps
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup web models/promoted.json ## everything, on this machine (PORT=8080 DEMO_PORT=8081 REDIS_URL=... VAR_DIR=var)
	@$(SERVICE) -m deploy.local.run

test: ## set up, then every test; stops at the first group that fails (about 25 minutes on 2 cores)
	@start=$$(date +%s); for group in setup lint test-web test-service test-bot journey dialogues; do \
	    echo "== $$group"; \
	    $(MAKE) --no-print-directory $$group || { echo "== $$group FAILED; the groups after it did not run"; exit 1; }; \
	done; echo "== all groups passed in $$(( $$(date +%s) - start )) s"

# --- set-up -----------------------------------------------------------------------------------------------

setup: .venv/service/.ready .venv/bot/.ready ## both Python environments

.venv/uv:
	@deploy/local/setup.sh uv

.venv/service/.ready: requirements/service.txt | .venv/uv
	@deploy/local/setup.sh service

.venv/bot/.ready: requirements/bot.txt | .venv/uv
	@deploy/local/setup.sh bot

web: handoff_service/static/.built ## build widget and desk

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | .venv/service/.ready
	@echo "Installing the packages of web/ (a few seconds)"
	@$(NPM) ci --loglevel=error
	@touch $@

handoff_service/static/.built: $(WEB_SOURCES) | web/node_modules/.package-lock.json
	@echo "Building widget and desk (a few seconds)"
	@$(NPM) run --silent build
	@touch $@

# An option of bot.judge where the variable is set.
given = $(if $(2),--$(1) '$(2)')

# --- the model --------------------------------------------------------------------------------------------

.PHONY: check-data talk

check-data: .venv/bot/.ready ## name what is wrong in data/ and domain.yml, by file and line (`make train` does too)
	@$(BOT) -m bot.check_data

talk: .venv/bot/.ready ## type with the newest model; nothing else has to run
	@$(BOT) -m bot.talk

train: .venv/bot/.ready ## train a candidate on data/ and judge it (two minutes; the first time two more)
	@BATON_WISH='$(WISH)' $(BOT) -m bot.judge train

evaluate: .venv/bot/.ready ## decide as the bot does: ROWS=file.jsonl [OUT=out.jsonl] or DIALOGUES=file.jsonl [MODEL=file]
	@$(BOT) -m bot.judge evaluate $(call given,rows,$(ROWS)) $(call given,dialogues,$(DIALOGUES)) \
	    $(call given,out,$(OUT)) $(call given,model,$(MODEL))

compare: .venv/bot/.ready ## what the candidate fixes and breaks: [A=model B=model ROWS=file.jsonl]
	@$(BOT) -m bot.judge compare $(call given,a,$(A)) $(call given,b,$(B)) $(call given,rows,$(ROWS))

promote: .venv/bot/.ready ## the candidate becomes the running model, if it misses nobody who must reach a person
	@$(BOT) -m bot.judge promote

rollback: .venv/bot/.ready ## the model before becomes the running one again
	@$(BOT) -m bot.judge rollback

bench-nlu: .venv/bot/.ready ## the method on a public set, beside its peers (SET=clinc150|banking77 DATA=folder OUT=file.json DIET_MINUTES=5)
	@test -n "$(SET)" -a -n "$(DATA)" || { echo "Say which: make bench-nlu SET=clinc150 DATA=folder-of-the-set (or SET=banking77)"; exit 2; }
	@$(BOT) -m bot.bench_nlu --set "$(SET)" --data "$(DATA)" $(if $(OUT),--out "$(OUT)") \
	    $(if $(DIET_MINUTES),--diet-minutes "$(DIET_MINUTES)")

models/promoted.json:
	@$(MAKE) --no-print-directory train
	@$(MAKE) --no-print-directory promote

# --- checks -----------------------------------------------------------------------------------------------

lint: setup web/node_modules/.package-lock.json ## ruff, mypy, import directions, TypeScript
	@$(SERVICE) -m ruff check
	@$(SERVICE) -m ruff format --check
	@$(SERVICE) -m mypy
	@.venv/service/bin/lint-imports
	@$(NPM) run --silent check

test-web: web/node_modules/.package-lock.json ## the tests of web/
	@$(NPM) run --silent test

test-service: .venv/service/.ready ## the service's tests, on a real Valkey
	@$(SERVICE) -m pytest --ignore=tests/journey --ignore=tests/dialogues

test-bot: .venv/bot/.ready models/promoted.json ## the bot's tests, on the promoted model
	@$(BOT) -m pytest

journey: setup web models/promoted.json ## everything together, in a real Chromium
	@$(SERVICE) -m pytest tests/journey

dialogues: setup models/promoted.json ## dialogues through the API with the real bot (DIALOGUES=rows.jsonl plays those too)
	@$(SERVICE) -m pytest tests/dialogues

# --- upkeep -----------------------------------------------------------------------------------------------

# The bot's packages differ between Linux and macOS, so its file carries both; what is the same on every line
# (tool.uv.environments) is taken out again.
COMPILE := .venv/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --quiet $(UPGRADE)
EVERYWHERE := python_full_version < '3.11' and

requirements: | .venv/uv ## compile requirements/*.txt from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(COMPILE) --python-version 3.12 --extra service --extra test --extra dev -o requirements/service.txt
	$(COMPILE) --python-version 3.10 --universal --extra bot --extra test -o requirements/bot.txt
	@sed -i.old -e "s/ ; $(EVERYWHERE) (sys_platform == 'darwin' or sys_platform == 'linux') / /" \
	    -e "s/ ; $(EVERYWHERE) / ; /" requirements/bot.txt && rm requirements/bot.txt.old

docs: .venv/service/.ready ## draw docs/roles.md and docs/states.md from the code
	@$(SERVICE) -m tests.support.docs

clean: ## remove what was built and installed; var/ (your data) and models/ stay
	rm -rf .venv web/node_modules deploy/local/chromium/node_modules var/chromium handoff_service/static .rasa results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
