# One-line names for `python -m tools …`, which also works without make. N names lectures: make notebooks N=02
PYTHON ?= python3
N ?=
# Passed on through the environment, so that no shell reads what was typed.
export REPO ?=
export REF ?=
export HUB ?=
export BRANCH ?=
TOOLS = $(PYTHON) -m tools

.PHONY: help lab update edit test check format lint notebooks nbval mutate soak oldest newest twice text \
        from-text readme deck slides-pdf site publish unpublish hub-link binder colab release-check constraints

help:            ## this list
	@awk -F ': *## ' '/^[a-z-]+: *## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

lab:             ## set up what is missing and open the lectures (your copies in my_course/)
	@$(TOOLS) lab

update:          ## bring a new version of the course; what you changed in my_course/ stays
	@$(TOOLS) update

edit:            ## open the originals in notebooks/
	@$(TOOLS) lab --originals

test:            ## everything that CI runs; N=02: what concerns one lecture
	@$(TOOLS) test $(N)

check:           ## the quick part: formatting, lint, fast unit tests
	@$(TOOLS) check

format:          ## bring code and lectures into their one form
	@$(TOOLS) format $(N)

lint:            ## the rules for lectures
	@$(TOOLS) lint $(N)

notebooks:       ## run lectures and store their outputs (all, or N=02)
	@$(TOOLS) execute $(N)

nbval:           ## run lectures and compare with the stored outputs
	@$(TOOLS) nbval $(N)

mutate:          ## plant small errors in a lecture; a test must see each
	@$(TOOLS) mutate $(N)

soak:            ## run lectures with five other base seeds; a table of how often each claim held; goes on where it stopped
	@$(TOOLS) soak $(N)

oldest:          ## unit tests and lectures with the lowest versions that pyproject.toml allows (needs uv)
	@$(TOOLS) versions oldest $(N)

newest:          ## the same with the newest versions
	@$(TOOLS) versions newest $(N)

twice:           ## build decks and site twice: every file must be the same
	@$(TOOLS) twice

text:            ## write lectures as text beside their notebooks
	@$(TOOLS) text $(N)

from-text:       ## bring edited text back into the notebooks
	@$(TOOLS) from-text $(N)

readme:          ## bring the table of lectures and the picture in README up to date
	@$(TOOLS) readme

deck:            ## build the slide decks into slides/build/
	@$(TOOLS) deck $(N)

slides-pdf:      ## the same, and slides and handouts as PDF (needs Chromium)
	@$(TOOLS) deck --pdf $(N)

site:            ## build the web site into docs/build/ (with the slides that were built)
	@$(TOOLS) site

publish:         ## make all links open the course where it is published: REPO=owner/name REF=v1 (default: as git says)
	@$(TOOLS) publish --repo="$$REPO" --ref="$$REF"

unpublish:       ## take these links back
	@$(TOOLS) unpublish

hub-link:        ## the links that open lectures in a classroom's JupyterHub: HUB=https://hub.example.edu N=07
	@$(TOOLS) hub-link --hub="$$HUB" --branch="$$BRANCH" $(N)

binder:          ## check that Binder can read the course; builds nothing (needs uv)
	@$(TOOLS) binder

colab:           ## run lectures as on Colab, in a clean environment without the course (needs uv)
	@$(TOOLS) colab $(N)

release-check:   ## before a release, hours: JAX, other seeds and versions, mutations, Colab, Binder, PDF; goes on where it stopped
	@$(TOOLS) release-check

constraints:     ## pin the newest versions that fit together (needs uv)
	@$(TOOLS) setup --lock
