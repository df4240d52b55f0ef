-- A function in FROM: 1000 rows unless it says otherwise.
SELECT g.s, d.label FROM string_to_table(repeat(current_setting('server_encoding') || ',', 4999), ',') AS g (s)
LEFT JOIN dim d ON d.label = g.s;
