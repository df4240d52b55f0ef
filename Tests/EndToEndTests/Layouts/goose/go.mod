module github.com/example/newsletter

go 1.22

require (
	github.com/knadh/goyesql/v2 v2.2.0
	github.com/pressly/goose/v3 v3.20.0
)
