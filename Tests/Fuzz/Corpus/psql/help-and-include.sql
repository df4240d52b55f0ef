ROLLBACK;
RESET ALL;
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS s CASCADE;
CREATE SCHEMA s;
SET search_path = s;
CREATE TABLE items (n text);
CREATE TABLE others (n text);
\set f a.sql
\set t items
\? \ir 	a.sql
