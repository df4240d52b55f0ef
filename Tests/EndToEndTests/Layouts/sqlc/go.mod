module github.com/example/ledger

go 1.22

require (
	github.com/golang-migrate/migrate/v4 v4.17.0
	github.com/jackc/pgx/v5 v5.5.5
)
