# SLA Console. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-services test-long bench lock screenshots

PORT ?= 8000
RESET ?=
export LOG
export URL
# Python 3.11 or later, found without help; PYTHON=/path/to/python chooses one.
PLAIN := sh scripts/with_python
# The environment for tests, in .cache/, made when it is missing.
TOOLS := $(PLAIN) -m scripts.bootstrap

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

demo:  ## the console with a believable day in it: PORT=8765 chooses the port, RESET=1 begins afresh
	@exec $(PLAIN) -m scripts.demo --port "$(PORT)" --reset "$(RESET)"

test:  ## the whole suite on SQLite, then the browser's part where Chromium is installed
	@exec $(TOOLS) -m scripts.suite test

test-fast:  ## lint, types, imports and the suite without what takes seconds; under two minutes
	@exec $(TOOLS) -m scripts.suite fast

test-services:  ## the suite on PostgreSQL with Redis, real workers and beat: DATABASE_URL, REDIS_URL
	@exec $(TOOLS) -m scripts.suite services

test-long:  ## many more random histories, and what is too slow for every change
	@exec $(TOOLS) -m scripts.suite long

bench:  ## working time beside other libraries; LOG=file.zip imports that incident log too; DATABASE_URL
	@exec $(TOOLS) -m scripts.suite bench

screenshots:  ## the pictures of the README, taken of a running demo; URL
	@exec $(TOOLS) -m scripts.screenshots

lock:  ## remake constraints.txt from the direct pins
	@exec $(PLAIN) -m scripts.lock
