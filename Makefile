# mmdesk. `make run` opens the window, `make test` checks everything; both set up what they need.
# PYTHON=/path/to/python3 chooses the interpreter (3.11 or newer).

VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest
export PYTHON

.PHONY: help run test lint unit ui end2end bench screenshot views notices clean setup-run setup-test

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1: /p' Makefile | \
	while IFS=: read -r target text; do printf '  make %-10s%s\n' "$$target" "$$text"; done

run: setup-run ## Set up and open the window
	$(VENV)/python -m mmdesk

test: lint unit ui end2end ## Set up and run every check (what .ci/run calls)

lint: setup-test ## Style, types, imports between packages
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports --no-logo

unit: setup-test ## Tests without a window
	$(PYTEST) -n 2 tests/unit tests/packaging

ui: setup-test ## Tests of the widgets, without a display
	QT_QPA_PLATFORM=offscreen $(PYTEST) -n 2 tests/ui

end2end: setup-test ## The real window in a process of its own, under Xvfb
	$(PYTEST) -n 2 tests/end2end

bench: setup-run ## Measure the window, side by side with an empty one
	$(VENV)/python -m mmdesk bench ui

screenshot: setup-run ## Photograph the window with the starter's answers for README.md
	$(VENV)/python packaging/screenshot.py docs/screenshot.png

views: setup-run ## Photograph the evidence views for docs/evidence.md
	$(VENV)/python packaging/evidence_views.py docs/evidence

notices: setup-test ## Write THIRD_PARTY_NOTICES.md anew
	$(VENV)/python packaging/notices.py > THIRD_PARTY_NOTICES.md

clean: ## Remove what the checks left behind
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

setup-run setup-test: setup-%:
	@packaging/setup.sh $*
