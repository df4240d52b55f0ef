import aiosql

queries = aiosql.from_path("bookings/sql", "psycopg")
