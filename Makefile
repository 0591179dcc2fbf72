# The two commands of the README are `make run` and `make test`.

# What the window needs at run time, and what the tests need besides (a graphics driver in software,
# a second opinion on metadata, a display in memory and keys to press on it). gcc links Rust programs and, with nasm, compiles libjpeg-turbo.
RUN_PACKAGES = gcc libc6-dev nasm libvulkan1 mesa-vulkan-drivers libx11-6 libx11-xcb1 libxcursor1 libxi6 \
	libxkbcommon-x11-0 libegl1
TEST_PACKAGES = $(RUN_PACKAGES) libimage-exiftool-perl xvfb xdotool

.PHONY: run build test bench prior filters learning-report screenshots install-run install-test

# Opens the window. PHOTO=FILE opens that photo.
run: install-run
	cargo build --release
	@./target/release/understudy $(if $(PHOTO),"$(PHOTO)")

# All tests; no graphics card and no display are needed.
test: install-test
	cargo test

# The standard figures of this machine, as tables under target/: what a user waits for with all cores
# and with one thread, then the kernels one by one.
bench:
	cargo build --release
	./target/release/understudy bench | tee target/bench.txt
	./target/release/understudy bench --engine cpu --threads 1 | tee target/bench-one-thread.txt
	cargo bench --bench kernels | tee target/bench-kernels.txt

# Before/after pairs made with real editors: what filters are learnt from and judged by.
PAIRS = ../shared/pairs

# What is known of edits before any pair is seen; the same bytes every time on one kind of processor.
prior:
	cargo build --release
	./target/release/understudy prior --photos $(PAIRS)/before/train -o models/prior.safetensors

# The filters that come with the program. What is in target/filters already is not learnt again:
# remove that folder to learn all anew.
filters:
	cargo build --release
	@mkdir -p target/filters
	@$(call learn,retouch,Bright retouch,Exposure and film-like curve and lifted shadows and vibrance)
	@$(call learn,local-contrast,Local contrast,Local contrast with a wide radius)
	@$(call learn,dehaze,Dehaze,Haze removal)
	@$(call learn,tone-map,Tone mapping,Dynamic range compression)
	@$(call learn,bw-drama,Black-and-white drama,Black and white with curve and local contrast,dgf-x)
	@$(call learn,cross-process,Cross process,Three channel curves with contrast and saturation)
	@$(call learn,l0,Smooth,L0 smoothing)
	@$(call learn,detail,Detail,Three levels of edge-preserving detail)
	cp target/filters/*.safetensors models/

# $(1) the folder of the edit, $(2) the title, $(3) the edit in words, $(4) the rung where it is not
# the ladder's own choice: a network that gains little there is kept in one filter, so that there is
# one whose guided layer can be tuned.
define learn
	[ -e target/filters/$(1).safetensors ] || ./target/release/understudy learn \
		--before $(PAIRS)/before/train --after $(PAIRS)/$(1)/train --order $(PAIRS)/order.txt \
		--check-before $(PAIRS)/before/holdout --check-after $(PAIRS)/$(1)/holdout \
		--seed 1 --resume $(if $(4),--rung $(4)) --name "$(2)" --edit "$(3)." \
		--license "Learned from photos in the public domain or under CC0; the filter: MIT OR Apache-2.0." \
		-o target/filters/$(1).safetensors
endef

# How well filters are learnt. What is done already is kept in target/learning.
learning-report:
	cargo build --release
	./target/release/understudy learning-report --pairs $(PAIRS) --work target/learning -o docs/learning.md

# The pictures of docs/, from the running program.
screenshots:
	cargo build --release
	docs/screenshots.sh target/release/understudy assets/first-photo.jpg

install-run:
	@$(call install,$(RUN_PACKAGES))

install-test:
	@$(call install,$(TEST_PACKAGES))

# Installs those of the Debian packages $(1) that are missing.
define install
	command -v cargo >/dev/null || { \
		echo "Rust is missing; install it from https://rustup.rs and run make again."; exit 1; }; \
	command -v dpkg-query >/dev/null || { \
		echo "This is no Debian machine; see to it that you have: $(1)"; exit 0; }; \
	missing=$$(for package in $(1); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
			|| echo $$package; done); \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif command -v sudo >/dev/null; then as_root=sudo; \
	else echo "Ask an administrator to install:" $$missing; exit 1; fi; \
	$$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		$$as_root apt-get install -y -qq --no-install-recommends $$missing
endef
