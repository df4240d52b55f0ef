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

# The program of a release and its files: see scripts/release-build. It needs no Swift on the machine that runs it.
install:
	scripts/install build
	scripts/release-build
	install -d $(DESTDIR)$(prefix)
	tar -xzf .build/dist/plangate-$$(scripts/release-version)-*.tar.gz --strip-components=1 --no-same-owner \
	  -C $(DESTDIR)$(prefix)

clean:
	swift package clean
