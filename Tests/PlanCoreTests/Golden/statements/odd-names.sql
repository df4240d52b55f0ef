-- Names with space, upper case, double quote, line feed and other scripts, in table, column and alias.
SELECT "A ""b""
c — 表"."Id", "A ""b""
c — 表"."select" AS "Spalte ""1""" FROM "Odd Schema"."Bestellung ""größe""
zweite Zeile 表" AS "A ""b""
c — 表" WHERE "väl ue" = 3 AND "select" <> 'it''s "2" . x';
