# `make` alone lists what can be made. Every target makes this machine ready first (house/setup.sh), once.

.DEFAULT_GOAL := help
PY := .venv/bin/python
ARGS ?=
export PYTHONUNBUFFERED := 1

.PHONY: help setup run demo test check serve bench docs build clean

help: ## this list
	@echo "研备 Yanbei"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## 准备环境 · system packages and .venv, for everything below
	@bash house/setup.sh test

run: ## 启动工作台 · the desk with a registry of its own; without a display, the story
	@bash house/setup.sh run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	  exec $(PY) main.py $(ARGS); \
	else \
	  echo "没有显示器，改为演示 · no display: playing the story instead"; \
	  QT_QPA_PLATFORM=offscreen exec $(PY) -m demo $(ARGS); \
	fi

demo: ## 演示整个流程 · the story from account import to printed summary, pictures in demo-output/
	@bash house/setup.sh run
	@QT_QPA_PLATFORM=offscreen $(PY) -m demo $(ARGS)

test: ## 全部测试 · every test, on SQLite and PostgreSQL (ARGS="-k words" for some)
	@bash house/setup.sh test
	@$(PY) -m pytest -n 3 --dist loadscope --no-loadscope-reorder $(ARGS)

check: ## 静态检查 · formatting, lint, types, import directions, generated documents
	@bash house/setup.sh check
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	@# Without its cache, which goes by the second of a change and misses quick edits.
	.venv/bin/lint-imports --no-cache
	$(PY) -m app.documents --check

serve: ## 登记中心 · the registry alone (DB=… a database address; without it, SQLite)
	@bash house/setup.sh run
	@# With a password in the address, export YANBEI_DB instead: everybody on the machine can read a command line.
	@$(if $(DB),YANBEI_DB="$(DB)") $(PY) -m server run $(ARGS)

bench: ## 测量 · measurements, each as a ratio to its floor
	@bash house/setup.sh run
	@QT_QPA_PLATFORM=offscreen $(PY) -m bench $(ARGS)

docs: ## 生成文档 · write docs/forms.md, docs/workflows.md, docs/permissions.md again
	@bash house/setup.sh run
	@$(PY) -m app.documents

build: ## 打包 · the desk as one folder in dist/yanbei (PyInstaller)
	@bash house/setup.sh build
	@$(PY) -m PyInstaller --noconfirm --log-level WARN build.spec
	@du -sh dist/yanbei

clean: ## 清除产物 · remove what was made here, .venv too; nobody's records are touched
	rm -rf .venv .state build dist demo-output .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
