SET client_encoding = 'a
  b';
\i a.sql
