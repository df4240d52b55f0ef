\i ́a.sql
\ir ‍
SELECT :́tenant;
