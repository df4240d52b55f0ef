SET client_min_messages = warning;
DROP SCHEMA IF EXISTS s CASCADE;
CREATE SCHEMA s;
SET search_path = s;
CREATE TABLE items (n text);
CREATE TABLE others (n text);
\set f a.sql
\set t items
SELECT 1 -- x
\i	a;.sql
;
SELECT '"' \i	a'.s'ql
;
\set s FROM
COPY items :s '@DIR@/data.csv';
