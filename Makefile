# The two commands of the README are `make run` and `make test`.

# What the window needs at run time, and what the tests need besides (a graphics driver in software,
# a second opinion on metadata). gcc links Rust programs and, with nasm, compiles libjpeg-turbo.
RUN_PACKAGES = gcc libc6-dev nasm libvulkan1 mesa-vulkan-drivers libx11-6 libx11-xcb1 libxcursor1 libxi6 \
	libxkbcommon-x11-0 libegl1
TEST_PACKAGES = gcc libc6-dev nasm libvulkan1 mesa-vulkan-drivers libimage-exiftool-perl

.PHONY: run build test bench install-run install-test

# Opens the window. PHOTO=FILE opens that photo.
run: install-run
	cargo build --release
	@./target/release/understudy $(if $(PHOTO),"$(PHOTO)")

# All tests; no graphics card and no display are needed.
test: install-test
	cargo test

# The standard figures of this machine, as a table under target/.
bench:
	cargo build --release
	./target/release/understudy bench | tee target/bench.txt

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
