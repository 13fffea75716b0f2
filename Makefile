# Rapport's commands. `make` alone lists them.

# rustup installs here; a shell opened before it did does not know yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

.PHONY: help run build setup test check bench clean
.DEFAULT_GOAL := help

help: ## lists these commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: build ## builds Rapport and serves the sample shop on http://127.0.0.1:8080
	@exec target/release/rapport serve

build: setup ## makes target/release/rapport
	@scripts/web.sh
	@echo "build: target/release/rapport (the first time takes ten to fifteen minutes)" >&2
	@cargo build --release --locked

setup: ## installs what is missing, fetches libtorch and the models, checks their hashes
	@scripts/setup.sh

test: ## runs the whole test suite, installing what it needs
	@scripts/setup.sh --test
	@scripts/test.sh

check: setup ## formatting, clippy without a warning, licences, sources and known flaws of dependencies
	@scripts/check.sh

bench: build ## measures the encoder, the whole turn, webhooks, memory, the console and durability
	@scripts/bench.sh

clean: ## removes what was built and the sample shop's data; keeps ~/.cache/rapport
	cargo clean
	rm -rf var
