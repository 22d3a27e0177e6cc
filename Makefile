# What is run on a laptop. Every target that starts something stops it again, also when interrupted.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

ENV ?= test
ARGS ?=
export ENV ARGS
# The pinned Node 24, wherever a command is run from here.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

##@ Start here
.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-zA-Z0-9_\/ -]+:.*## / { count = split($$1, names, " "); \
	    for (i = 1; i <= count; i++) printf "  make %-24s %s\n", names[i], $$2 }' $(MAKEFILE_LIST)
	@printf '\nENV=%s chooses the environment, ARGS="…" is handed to Terraform.\n' '$(ENV)'

.PHONY: demo
demo: setup ## Run the whole loop in the sandbox: pull request, merge, promotion (KEEP=1 leaves it up)
	@exec node scripts/demo.ts

.PHONY: test
test: setup ## Run everything that CI runs, and count it
	@exec node scripts/test.ts all

.PHONY: check
check: setup ## Run what needs no sandbox: types, lint, format, unit tests, Terraform's own tests
	@exec node scripts/test.ts check

##@ Once per account
.PHONY: bootstrap
bootstrap: setup ## Make what an account needs before the first apply, and say what to set at GitHub
	@exec node scripts/bootstrap.ts

##@ Terraform, for ENV (each connects with the state of ENV first; terraform-<op> begins afresh, terraform/<op> goes on)
TERRAFORM_OPS := plan apply destroy validate fmt output init test
.PHONY: $(addprefix terraform-,$(TERRAFORM_OPS)) $(addprefix terraform/,$(TERRAFORM_OPS)) terraform/clean terraform/force-unlock
terraform-plan: ## Clean, init and plan
terraform-apply: ## Clean, init, plan, ask, and apply that plan
terraform-destroy: ## Clean, init, plan to destroy, ask, and apply that plan
terraform-output: ## Clean, init and show the outputs
terraform-init: ## Clean and init
terraform-validate terraform-fmt terraform-test: ## Clean and do that
terraform/plan: ## Plan
terraform/apply: ## Plan, ask, and apply that plan (ARGS=-auto-approve does not ask)
terraform/destroy: ## Plan to destroy, ask, and apply that plan
terraform/output: ## Show the outputs (ARGS=api_endpoint for one)
terraform/validate: ## Validate the configuration
terraform/fmt: ## Format all .tf files
terraform/test: ## Run the modules' unit tests, with a mocked provider
terraform/init: ## Connect with the state of ENV
terraform/force-unlock: ## Free the state of ENV from a lock whose owner is gone (ARGS=<id>)
terraform/clean: ## Remove what init left
$(addprefix terraform-,$(TERRAFORM_OPS)): terraform-%: setup
	@node scripts/terraform.ts clean && exec node scripts/terraform.ts $*
$(addprefix terraform/,$(TERRAFORM_OPS)) terraform/clean terraform/force-unlock: terraform/%: setup
	@exec node scripts/terraform.ts $*
# Whatever else is asked for gets a sentence that lists the operations.
terraform/% terraform-%: setup
	@exec node scripts/terraform.ts $*

##@ Deploying, to ENV
FUNCTION ?= all
VERSION ?=
STRATEGY ?= canary-10-5
COMMIT ?=
export FUNCTION VERSION STRATEGY COMMIT
.PHONY: promote
promote: setup ## Shift prod to what test runs, or to VERSION (FUNCTION=all, STRATEGY=canary-10-5|linear-10-1|all-at-once)
	@exec node scripts/promote.ts

.PHONY: release
release: setup ## Release this commit of the service, or COMMIT, and follow it (Ctrl-C stops it)
	@exec node scripts/release.ts

##@ Parts
.PHONY: package/lambdas
package/lambdas: setup ## Bundle and zip every lambda, and write the manifest that Terraform reads
	@exec node scripts/package-lambdas.ts

.PHONY: publish/lambdas
publish/lambdas: setup ## The same, and upload what the artifacts bucket does not have
	@exec node scripts/package-lambdas.ts --upload

.PHONY: publish/image
publish/image: setup ## Build the service's image of this commit and push it, unless it is there
	@exec node scripts/publish-image.ts

.PHONY: build
build: setup ## Bundle the actions
	@exec node scripts/build.ts

.PHONY: format
format: setup ## Format everything
	@prettier --write --log-level warn . && node scripts/terraform.ts fmt

.PHONY: docs
docs: setup ## Write what follows from other files: tables in READMEs, types of requests, docs/openapi.json
	@exec node scripts/generate/index.ts

.PHONY: screenshots
screenshots: setup ## Take the pictures in docs/comments again (needs Chromium)
	@exec node scripts/screenshots/index.ts

.PHONY: lint/terraform
lint/terraform: setup ## Look for what is unsafe (checkov) or untidy (tflint) in Terraform
	@exec node scripts/lint-terraform.ts

##@ Sandbox (AWS and GitHub on this machine)
.PHONY: sandbox/up sandbox/down sandbox/reset sandbox/status
sandbox/up: setup ## Start it, with the state it had
	@exec node scripts/sandbox/cli.ts up
sandbox/down: ## Stop it
	@exec node scripts/sandbox/cli.ts down
sandbox/reset: ## Stop it and forget its state
	@exec node scripts/sandbox/cli.ts reset
sandbox/status: ## Say whether it runs, and how to reach it
	@exec node scripts/sandbox/cli.ts status

##@ Upkeep
.PHONY: setup
setup: node_modules/.ready ## Install what is missing, below node_modules and .tools
	@node scripts/setup.ts $(if $(filter setup,$(MAKECMDGOALS)),--verbose)

node_modules/.ready: package-lock.json package.json
	@for tool in node npm python3 git; do \
	  command -v $$tool > /dev/null || { echo "Error: $$tool is missing. Install it (Node 20 or newer, Python 3.10 or newer) and run this again." >&2; exit 1; }; \
	done
	@node -e 'if (Number(process.versions.node.split(".")[0]) < 20) { console.error("Error: Node " + process.versions.node + " is too old. Install Node 20 or newer."); process.exit(1) }'
	@# npm would empty what the link leads to.
	@if [ -L node_modules ]; then echo "Error: node_modules is a link, and out of date. Install where it leads to, or remove the link." >&2; exit 1; fi
	@# The warnings are for the Node that installs; what runs is the one that is installed here.
	npm ci --loglevel=error
	@touch $@

.PHONY: requirements
requirements: setup ## Pin requirements*.in with hashes for every platform
	@$(CURDIR)/.tools/venv/bin/pip install --quiet uv
	@for name in requirements requirements-lint requirements-fuzz; do \
	  $(CURDIR)/.tools/venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.10 --no-header \
	    --no-annotate $$name.in -o $$name.txt || exit 1; \
	done

.PHONY: clean
clean: ## Remove everything that was built or installed, and the sandbox's state
	@if [ -d .sandbox ] && [ -f node_modules/.ready ]; then node scripts/sandbox/cli.ts reset; fi
	rm -rf node_modules .tools .sandbox terraform/.terraform actions/*/dist lambdas/dist terraform/*.auto.tfvars.json
