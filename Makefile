# The scripts do the work, so that they run where there is no make.
.PHONY: gate test bench format install clean

prefix ?= /usr/local

gate:
	scripts/gate

test:
	scripts/test

# Some rows only: make bench rows="example cold"
bench:
	swift build -c release --product plangate
	scripts/bench $(rows)

format:
	swift format --in-place --configuration .github/swift-format.json --recursive Sources Tests Package.swift

# One file that needs no Swift on the machine that runs it, only libpq and libyaml.
install:
	scripts/install build
	swift build -c release --product plangate --static-swift-stdlib
	install -d $(DESTDIR)$(prefix)/bin
	install .build/release/plangate $(DESTDIR)$(prefix)/bin/plangate
	scripts/install-data .build/release/plangate "$(DESTDIR)$(prefix)/share"
	install -d $(DESTDIR)$(prefix)/share/plangate
	install -m 644 schemas/*.schema.json $(DESTDIR)$(prefix)/share/plangate

clean:
	swift package clean
