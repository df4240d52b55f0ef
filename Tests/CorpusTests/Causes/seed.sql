-- Two tables with a key between them, a lookup table without one, and a function of each kind.
CREATE TABLE p (id bigint PRIMARY KEY, name text NOT NULL, state text, code varchar(20), weight integer);
INSERT INTO p
SELECT n, 'name ' || n, CASE WHEN n % 100 = 0 THEN 'deleted' ELSE 'open' END, 'c' || n, n % 50
FROM generate_series(1, 20000) AS n;
CREATE INDEX p_code_idx ON p (code);
CREATE UNIQUE INDEX p_name_idx ON p (name) INCLUDE (state);

CREATE TABLE c (id bigint PRIMARY KEY, p_id bigint, note text);
INSERT INTO c SELECT n, n, 'note ' || n FROM generate_series(1, 20000) AS n;
CREATE INDEX c_p_idx ON c (p_id);

CREATE TABLE u (id bigint NOT NULL, label text);
INSERT INTO u SELECT n, 'label ' || n FROM generate_series(1, 5000) AS n;

CREATE FUNCTION inner_code(n integer) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN 'c' || n; END $$;
CREATE FUNCTION wanted_code(n integer) RETURNS text LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN inner_code(n); END $$;
CREATE VIEW open_p AS SELECT * FROM p WHERE state = 'open';
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.weight := NEW.weight; RETURN NEW; END $$;
