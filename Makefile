# Protocol Desk: `make run` starts it, `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first interpreter that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo $$p; exit; }; done; echo python3)
# Half as many workers again as there are cores: some tests wait for processes, clocks and browsers most of the time.
TEST_WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) * 3 / 2 )))
PYTEST_ARGS ?= -n $(TEST_WORKERS) --dist loadgroup --statements

VENV := .venv
BIN := $(VENV)/bin
# A virtual environment does not survive a move: the stamps carry the place they were made for.
PLACE := $(shell pwd | cksum | cut -d' ' -f1)
MADE := $(VENV)/.made-$(PLACE)
INSTALLED := $(VENV)/.installed-$(PLACE)
INSTALLED_DEV := $(VENV)/.installed-dev-$(PLACE)
COMPILED := $(VENV)/.compiled-$(PLACE)
ROOMS := models calendars jobs service seed
LOCKED := pyproject.toml constraints.txt
# Calendar programs and a server that tests and benchmarks run: what they stand on must not mix with ours.
CLIENTS := .venv-clients
CLIENTS_INSTALLED := $(CLIENTS)/.installed-$(PLACE)
# The constraints also hold for the isolated environment in which pip builds: older pips read the first name, newer the second.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
	PIP_ROOT_USER_ACTION=ignore $(BIN)/python -m pip --no-input --quiet

.PHONY: help install run coverage test test-all check lint bench pictures messages translations lock format clean dev postgresql pgbouncer dovecot javascript libical faketime chromium clients peers documents-tools

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(firstword $(MAKEFILE_LIST)) | column -t -s'|' 2>/dev/null \
		|| grep '##' $(firstword $(MAKEFILE_LIST))

install: $(COMPILED) ## .venv with `desk` in it, from the locked dependencies

run: install ## install what is needed, make and fill the database when it is new, start web and worker
	@exec $(BIN)/desk run

test: dev postgresql pgbouncer dovecot javascript libical faketime chromium clients documents-tools ## the tests, on PostgreSQL where it matters; PYTEST_ARGS=… replaces the options
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-all: export DESK_TEST_DATABASES := all
test-all: test ## the tests, all of them on both databases

coverage: dev postgresql pgbouncer dovecot javascript libical faketime chromium clients documents-tools ## how much of the code the tests reach: lines and branches, child processes too
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --sort=miss | tail -40

check: lint ## formatting, lint, types, import rules, then the tests
	@$(MAKE) --no-print-directory test

lint: dev ## formatting, lint, types, import rules
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

bench: dev postgresql clients peers ## the benchmarks, each a ratio against a peer or limit measured in the same run
	$(BIN)/python -m tests.bench

pictures: dev chromium ## the pictures of the README and of the manual, by a browser, and of all papers; pngquant makes them small
	mkdir -p docs/pictures
	DESK_TEST_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/service/web/console/test_readme_pictures.py -k 'not there_and_small'
	DESK_TEST_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/service/documents/test_pdf_of_the_programme.py -k picture_of
	DESK_TEST_PICTURES=docs/manual/pictures $(BIN)/python -m pytest -q tests/service/web/console/test_manual_pictures.py -k taken
	! command -v pngquant >/dev/null 2>&1 || pngquant --ext .png --force --skip-if-larger docs/pictures/*.png

format: dev ## format, and repair what the linter can
	$(BIN)/python -m ruff check --fix-only --quiet .
	$(BIN)/python -m ruff format .

translations: dev ## docs/translations.md: the sentences that native speakers have yet to read
	$(BIN)/python -m tests.translations

messages: dev ## the sentences that vi.po and lo.po lack (+), and those that nothing uses any more (-)
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && PYBABEL=$(BIN)/pybabel \
	&& ids() { awk 'BEGIN { RS = "" } { sub(/\nmsgstr.*/, ""); gsub(/#[^\n]*\n/, ""); gsub(/\n/, " "); print }' "$$1" | LC_ALL=C sort; } \
	&& $$PYBABEL --quiet extract --mapping-file pyproject.toml --keyword NP_:1c,2 --width 1000 --output-file "$$made/messages.pot" . \
	&& for language in vi lo; do \
		cp models/locale/$$language.po "$$made" \
		&& $$PYBABEL --quiet update --no-fuzzy-matching --ignore-obsolete --width 1000 --locale $$language \
			--input-file "$$made/messages.pot" --output-file "$$made/$$language.po" \
		&& ids models/locale/$$language.po >"$$made/there" && ids "$$made/$$language.po" >"$$made/wanted" \
		&& echo "models/locale/$$language.po" \
		&& LC_ALL=C comm -13 "$$made/there" "$$made/wanted" | sed 's/^/  + /' \
		&& LC_ALL=C comm -23 "$$made/there" "$$made/wanted" | sed 's/^/  - /' || exit 1; \
	done

lock: $(MADE) ## renew constraints.txt: the newest versions pyproject.toml allows
	@$(BIN)/python -c 'import uv' 2>/dev/null || PIP_CONSTRAINT= $(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--extra dev --extra messengers --extra oidc --group build --no-emit-index-url --no-emit-find-links --no-annotate \
		--custom-compile-command 'make lock' --output-file constraints.txt pyproject.toml

clean: ## remove what make and the tools made; var/ (the data) stays
	rm -rf $(VENV) $(CLIENTS) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache tests/js/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

dev: $(INSTALLED_DEV) $(COMPILED)

$(MADE):
	@command -v '$(PYTHON)' >/dev/null 2>&1 || { \
		echo 'Protocol Desk needs Python 3.11 or newer, and no python3 is on this machine.' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Protocol Desk needs Python 3.11 or newer; $(PYTHON) is $$('$(PYTHON)' -V 2>&1). Name a newer one: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@'$(PYTHON)' -c 'import venv, ensurepip' 2>/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo 'Installing the python3-venv package …' \
		&& { DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >/dev/null 2>&1 \
			|| { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv; } >/dev/null 2>&1; } \
		&& '$(PYTHON)' -c 'import venv, ensurepip' 2>/dev/null; } || { \
		echo 'This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python3-venv' >&2; exit 1; }
	@echo 'Making .venv …'
	@'$(PYTHON)' -m venv --clear $(VENV)
	@touch $@

$(INSTALLED): $(MADE) $(LOCKED)
	@echo 'Installing the locked dependencies into .venv (a minute or so, only when they change) …'
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) $(LOCKED)
	@echo 'Installing the locked tools of the tests into .venv …'
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

# Who runs the service may not be allowed to write here, or PYTHONDONTWRITEBYTECODE is set: then each of its processes would
# compile three hundred modules at every start (0.4 s). pip compiles what it installs, but not what it links to.
$(COMPILED): $(INSTALLED) wsgi.py $(shell find $(ROOMS) -name '*.py')
	@$(BIN)/python -m compileall -q $(ROOMS) wsgi.py
	@touch $@

# Half of the tests need PostgreSQL's programs (not a running server: the tests start their own and remove it).
postgresql:
	@command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
		|| { command -v pg_config >/dev/null 2>&1 && test -x "$$(pg_config --bindir)/initdb"; } \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 && echo 'Installing PostgreSQL for the tests …' \
			&& { DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null 2>&1 \
				|| { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql; } >/dev/null 2>&1; }; } \
		|| { echo '*******************************************************************************'; \
			 echo '* PostgreSQL is not on this machine: its half of the tests will be SKIPPED.   *'; \
			 echo '* On Debian and Ubuntu: sudo apt-get install postgresql                       *'; \
			 echo '*******************************************************************************'; } >&2

# The pooler of the tests. Only where Debian's package may not start it: the tests start their own.
pgbouncer:
	@test -x /usr/sbin/pgbouncer || command -v pgbouncer >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && test -x /usr/sbin/policy-rc.d && command -v apt-get >/dev/null 2>&1 \
			&& export DEBIAN_FRONTEND=noninteractive \
			&& { apt-get install -qq -y --no-install-recommends pgbouncer >/dev/null 2>&1 \
				|| { apt-get update -qq && apt-get install -qq -y --no-install-recommends pgbouncer; } >/dev/null 2>&1; }; } \
		|| echo 'pgbouncer could not be installed: the tests behind a pooler are skipped.' >&2

# The IMAP server of the tests of the inbox. Only where Debian's package may not start it: the tests start their own.
dovecot:
	@test -x /usr/sbin/dovecot || command -v dovecot >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && test -x /usr/sbin/policy-rc.d && command -v apt-get >/dev/null 2>&1 \
			&& export DEBIAN_FRONTEND=noninteractive \
			&& { apt-get install -qq -y --no-install-recommends dovecot-imapd >/dev/null 2>&1 \
				|| { apt-get update -qq && apt-get install -qq -y --no-install-recommends dovecot-imapd; } >/dev/null 2>&1; }; } \
		|| echo 'Dovecot could not be installed: the tests of the inbox are SKIPPED (apt-get install dovecot-imapd).' >&2

# ical.js reads the feeds a second time, as browsers and Thunderbird do.
javascript:
	@test -d tests/js/node_modules/ical.js -a -d tests/js/node_modules/axe-core -a -d tests/js/node_modules/jsqr \
		|| { command -v npm >/dev/null 2>&1 && (cd tests/js && npm install --silent --no-package-lock) >/dev/null 2>&1; } \
		|| echo 'ical.js, axe-core and jsQR could not be installed (no npm, or no network): the tests that need them are skipped.' >&2

libical:
	@ls /usr/lib/*/libical.so.[34] /usr/lib/libical.so.[34] /usr/local/lib/libical.* >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 && export DEBIAN_FRONTEND=noninteractive \
			&& { apt-get install -qq -y --no-install-recommends libical3 >/dev/null 2>&1 \
				|| { apt-get update -qq && apt-get install -qq -y --no-install-recommends libical3; } >/dev/null 2>&1; }; } \
		|| echo 'libical could not be installed: the tests that ask it are skipped.' >&2

# A wall clock that is moved while the service runs.
faketime:
	@ls /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1 /usr/local/lib/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 \
		|| ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 && export DEBIAN_FRONTEND=noninteractive \
			&& { apt-get install -qq -y --no-install-recommends libfaketime >/dev/null 2>&1 \
				|| { apt-get update -qq && apt-get install -qq -y --no-install-recommends libfaketime; } >/dev/null 2>&1; }; } \
		|| echo 'libfaketime could not be installed: the tests that move the clock are skipped.' >&2

# LibreOffice opens the .docx files of the tests and reckons the .xlsx files, poppler reads PDFs.
documents-tools:
	@command -v soffice >/dev/null 2>&1 && command -v pdftotext >/dev/null 2>&1 \
		&& ls "$$(dirname "$$(readlink -f "$$(command -v soffice)")")/libsclo.so" >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 && export DEBIAN_FRONTEND=noninteractive \
			&& echo 'Installing LibreOffice and poppler for the tests …' \
			&& get="apt-get install -qq -y --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils fonts-noto-core fonts-croscore" \
			&& { $$get >/dev/null 2>&1 || { apt-get update -qq && $$get; } >/dev/null 2>&1; }; } \
		|| echo 'LibreOffice could not be installed: the tests that open .docx files with it are skipped.' >&2

# Most tests are content with the headless shell, for two thirds of the work, where it can be had.
chromium:
	@export DEBIAN_FRONTEND=noninteractive; \
	has_apt() { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; }; \
	get() { apt-get install -qq -y --no-install-recommends "$$@" >/dev/null 2>&1; }; \
	command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
		|| { has_apt && { get chromium fonts-noto-core || { apt-get update -qq && get chromium fonts-noto-core; } >/dev/null 2>&1; }; } \
		|| echo 'Chromium could not be installed: the tests of the console in a browser are skipped.' >&2; \
	command -v chromium-headless-shell >/dev/null 2>&1 || ! command -v chromium >/dev/null 2>&1 || ! has_apt \
		|| get chromium-headless-shell || true

# khal and vdirsyncer subscribe to feeds in the tests, Radicale serves the benchmark's. On some machines they can't be had.
clients: $(MADE)
	@test $(CLIENTS_INSTALLED) -nt tests/clients-requirements.txt \
		|| { echo 'Installing calendar programs for the tests into $(CLIENTS) …' \
			&& '$(PYTHON)' -m venv --clear $(CLIENTS) \
			&& PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(CLIENTS)/bin/python -m pip --no-input --quiet \
				install -r tests/clients-requirements.txt \
			&& touch $(CLIENTS_INSTALLED); } \
		|| echo 'khal, vdirsyncer and Radicale could not be installed: the tests and benchmarks that need them are skipped.' >&2

# The benchmark's nginx and wrk. nginx only where Debian's package may not start it: the benchmark starts its own.
peers:
	@test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 || exit 0; \
	wanted=; \
	command -v wrk >/dev/null 2>&1 || wanted=wrk; \
	command -v nginx >/dev/null 2>&1 || ! test -x /usr/sbin/policy-rc.d || wanted="$$wanted nginx-light"; \
	test -z "$$wanted" || { echo "Installing for the benchmarks: $$wanted …"; export DEBIAN_FRONTEND=noninteractive; \
		apt-get install -qq -y --no-install-recommends $$wanted >/dev/null 2>&1 \
			|| { apt-get update -qq && apt-get install -qq -y --no-install-recommends $$wanted; } >/dev/null 2>&1; } \
		|| echo 'nginx or wrk could not be installed: the rows that need them are left out.' >&2
