/// Makes scripts for psql from all ways in which psql and SQL read a file, and from constructs that could hide one.
///
/// `@DIR@` stands for the directory of the files; see `scripts/fuzz`, which runs these scripts with a real psql.
struct SeedScript {
  /// The parts, each one complete: none leaves a quote, comment or parenthesis open.
  private(set) var statements: [String] = []

  init(using random: inout Random) {
    for _ in 0...random.below(2) {
      var statement = random.oneIn(3) ? SeedScript.hidden(&random) : SeedScript.statement(&random)
      if random.oneIn(8) { statement = SeedScript.wrapped(statement, &random) }
      statements.append(statement)
    }
  }

  /// Statements that leave nothing open at the end, whatever the reader takes for a quote.
  static let closed = [
    "SELECT 1;", "SELECT 'a''b', E'\\'', U&'\\', $$'$$, $a$ $b$ $a$;", "-- '\nSELECT 1;", "/* /* ' */ */ SELECT 1;",
    "SELECT 1 \\g", "\\i a.sql", "\\copy items from data.csv", "COPY items FROM '@DIR@/data.csv';", "\\set a 'b'",
    "COPY items FROM stdin;\n\\i b.sql '\n\\.", "\\copy items from stdin\n$$\n\\.", "DO $$ BEGIN PERFORM 1; END $$;",
    "\\if true\nSELECT 1;\n\\endif", "SELECT 1\\;SELECT 2;", "\\echo '", "\\echo \"", "\\echo `", "SELECT \"'\";",
    "SELECT 'a'\n'b';", "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC; SELECT 1; END;", "\\? '", "\\h '",
    "SELECT (1; SELECT 2);", "SELECT :'a', :\"a\", :a;", "\\set b '", "SELECT a$b$c;", "SELECT 1 \\gset x '", "\\d '",
  ]

  /// The script as a file.
  func text(using random: inout Random) -> String {
    var text = statements.joined(separator: random.pick(["\n", "\n", "\n", "\n\n", "\r\n"]))
    if !random.oneIn(5) { text += "\n" }
    if random.oneIn(20) { text = text.replacing("\n", with: "\r\n") }
    if random.oneIn(40) { text = "\u{feff}" + text }
    return text
  }

  // MARK: Files

  private static let scripts = [
    "a.sql", "'a.sql'", "'a b.sql'", "\"a b.sql\"", "'a'.sql", "a'.s'ql", "a.sql;", "a.sql;;", "'a.sql';", "'a.sql;'",
    "./a.sql", "sub/../a.sql", "@DIR@/a.sql", "sub/a.sql", "sub/b.sql", "'a\\x2esql'", "'a\\056sql'", "'it''s.sql'",
    "'it\\'s.sql'", ":f", ":'f'", ":\"f\"", "sub/:f", "a.:f", "'a.':f", "`echo a.sql`", "a.sql\\\\", "nothing.sql",
    "a.sql b.sql", "'a;.sql'", "a;.sql", "a\\.sql", "a.sql -- b.sql", "a.sql/* b.sql */", "ü.sql", "'\\303\\274.sql'",
    "//@DIR@//a.sql", "link.sql", "a.sql\t", "\ta.sql", "a.sql\u{c}", "a.sql\u{b}", "a.sql\u{a0}", "'a.sql",
    "\"a.sql\"",
    "'a.sql\\n'", "$a.sql", "{a}.sql", "a.sql)", "(a.sql", "a.sql,", "'' a.sql", "''", ":nothing", ":{?f}", "a.sql:f",
    "'a.sql' \\\\ \\i b.sql", "a.sql \\\\\\i b.sql", "a.sql\\i b.sql", "a.sql \\i b.sql;", "'a.sql'\\i b.sql",
    "~/a.sql",
    "~nobody/a.sql", "sub", "chain.sql", "sub/chain.sql", "a.sql'", "\"a\"'.sql'", "''a.sql''", "'a.sql\\", ";a.sql",
    "a.sql :f", "a`echo .sql`", "'\\a.sql'", "'\\141.sql'", "'\\x61.sql'", "'\\q.sql'",
  ]

  private static let data = [
    "data.csv", "'data.csv'", "data.csv;", "'data.csv';", "'a b.csv'", "DATA.csv", "./data.csv", "sub/data.csv",
    "@DIR@/data.csv", "'it''s.csv'", "data.csv csv", "data.csv with csv", "data.csv; csv", "'data.csv'csv",
    "\"data.csv\"",
    ":f", ":'f'", ":data", "`echo data.csv`", "'data\\x2ecsv'", "e'data.csv'", "E'data.csv'", "$$data.csv$$",
    "stdin.csv",
    "'stdin'", "'pstdin'", "'program'", "STDIN2", "data.csv -- x", "data.csv--x", "data.csv/* x */", "ü.csv",
    "da;ta.csv",
    "'da;ta.csv'", "data.csv where true", "data.csv(format csv)", "'data.csv'(format csv)", "~/data.csv", "data\\.csv",
    "'data.csv", "'data.'\n'csv'", "U&'data.csv'", "data.csv using delimiters ','", ",data.csv", "(data.csv)",
    "data.csv\t",
  ]

  private static let literals = [
    "'@DIR@/data.csv'", "E'@DIR@/data.csv'", "e'@DIR@/data\\x2ecsv'", "E'@DIR@/data\\.csv'", "$$@DIR@/data.csv$$",
    "$x$@DIR@/data.csv$x$", "U&'@DIR@/data.csv'", "u&'@DIR@/data!002ecsv' UESCAPE '!'", "'@DIR@/data.'\n'csv'",
    "'@DIR@/data.' -- x\n'csv'", "'@DIR@/it''s.csv'", "'@DIR@/a b.csv'", "'@DIR@/sub/../data.csv'", "'@DIR@//data.csv'",
    "N'@DIR@/data.csv'", ":'path'", ":path", "'@DIR@/sub/data.csv'", "E'@DIR@/data.'\n'csv'", "'data.csv'",
    "'@DIR@/ü.csv'", "E'@DIR@/\\303\\274.csv'", "E'@DIR@/\\u00fc.csv'", "'@DIR@/nothing.csv'", "'@DIR@/link.csv'",
  ]

  private static let tables = [
    "items", "items(n)", "items (n)", "public.items", "\"items\"", "s.items", "\"s\".items", "s.\"items\"(\"n\")",
    "/**/items", "items/* from */", "items -- from\n", ":t", ":\"t\"", "U&\"items\"", "s . items ( n )", "binary items",
  ]

  /// A file name, usually one of the first, which psql and the server accept, because a failing seed is not cached.
  private static func often(_ words: [String], _ count: Int, _ random: inout Random) -> String {
    random.oneIn(3) ? random.pick(words) : words[random.below(count)]
  }

  private static func script(_ random: inout Random) -> String {
    let command = random.pick(["\\i", "\\i", "\\ir", "\\include", "\\include_relative", "\\I", "\\if"])
    return command + random.pick([" ", " ", " ", "  ", "\t", "", "\u{c}", "\r"]) + often(scripts, 24, &random)
  }

  private static func copy(_ random: inout Random) -> String {
    let from = random.pick(["from", "FROM", "From", "/**/from", "from/**/", "-- to\n from", "from -- x\n"])
    let word = random.pick(["COPY", "copy", "Copy", "COPY/**/", "COPY -- x\n"])
    return "\(word) \(often(tables, 6, &random)) \(from) \(often(literals, 10, &random))"
      + random.pick(["", "", "", " csv", " WITH (FORMAT csv)", " (FORMAT text)", " WHERE true", "csv"])
  }

  private static func rows(_ random: inout Random) -> String {
    let rows = [
      "one", "\\i a.sql", "\\\\.", " \\.", "\\.x", "'", "$$", "/*", "--", "it's", "\\N", "",
      "\\copy items from data.csv",
      "COPY items FROM '@DIR@/data.csv';", "\\. ", "x\\.",
    ]
    let count = random.below(3)
    return (0..<count).map { _ in random.pick(rows) + "\n" }.joined()
      + random.pick(["\\.\n", "\\.\n", "\\.\n", "\\.", "\\.\r\n", ""])
  }

  // MARK: Statements

  private static func statement(_ random: inout Random) -> String {
    switch random.below(34) {
    case 0...7: return script(&random)
    case 8...11:
      let word = random.pick(["\\copy", "\\copy", "\\COPY", "\\Copy", "\\copY"])
      let from = random.pick(["from", "from", "FROM", "from/**/", "from\t"])
      return "\(word) \(often(tables, 6, &random)) \(from) \(often(data, 12, &random))"
    case 12...15: return copy(&random) + random.pick([";", ";", ";", " \\g", "\\;SELECT 1;", ";;", "\\gx"])
    case 16: return "SELECT 1; \(script(&random))"
    case 17: return "SELECT 1 \(script(&random))\n;"
    case 18:
      return random.pick(["COPY items FROM stdin", "COPY items FROM STDIN csv", "copy items(n)from stdin"])
        + random.pick([";\n", ";\n", " \\g\n", ";\r\n", "; \n", ";-- x\n", "; SELECT 1;\n", "\n;\n", "\\;\n;\n"])
        + rows(&random)
    case 19:
      return random.pick([
        "\\copy items from stdin", "\\copy items from STDIN", "\\copy items from stdin;", "\\copy items from pstdin",
      ])
        + "\n" + rows(&random)
    case 20: return dynamic(&random)
    case 21: return function(&random)
    case 22: return variables(&random)
    case 23:
      let literal = often(literals, 10, &random)
      return random.pick([
        "SELECT pg_read_file(\(literal));", "SELECT pg_catalog.pg_read_file(\(literal));",
        "SELECT \"pg_read_file\"(\(literal));", "SELECT U&\"pg\\005fread_file\"(\(literal));",
        "SELECT PG_READ_BINARY_FILE(\(literal));", "SELECT lo_import(\(literal));", "SELECT pg_stat_file(\(literal));",
        "INSERT INTO items SELECT pg_read_file(\(literal));", "SELECT pg_ls_dir('@DIR@');",
        "SELECT pg_read_/**/file(\(literal));", "SELECT count(pg_read_file(\(literal)));",
      ])
    case 24: return "\\lo_import \(often(data, 12, &random))"
    case 25: return "SELECT \(quoted(copy(&random))) \\gexec"
    case 26:
      return random.pick([
        "\\! cat data.csv", "\\cd sub", "\\e a.sql", "\\o |cat", "\\g |cat", "SELECT 1 \\g |cat",
        "\\set ON_ERROR_STOP off",
        "\\set SINGLELINE on", "\\set x `cat data.csv`", "\\echo `cat data.csv`",
        "\\copy items from program 'cat data.csv'",
        "COPY items FROM PROGRAM 'cat @DIR@/data.csv';", "\\q", "\\encoding SJIS", "SET client_encoding = 'SJIS';",
        "SET standard_conforming_strings = off;", "SET standard_conforming_strings TO off;", "\\getenv x HOME",
        "SELECT set_config('standard_conforming_strings', 'off', false);", "\\unset ON_ERROR_STOP", "\\timing on",
        "\\c postgres", "\\c -", "\\ef f", "\\ev v", "\\password", "\\prompt x", "\\watch c=1", "\\sf f", "\\d items",
        "\\set QUIET off", "\\set ECHO all", "\\set f sub/b.sql", "\\unset f", "\\r", "\\s", "\\p", "\\set t others",
        "set standard_conforming_strings=0;", "SET SESSION standard_conforming_strings = 'off';", "\\reset", "\\x",
        "RESET ALL;", "ALTER ROLE CURRENT_USER SET standard_conforming_strings = off;", "\\copyright", "\\a", "\\gdesc",
      ])
    case 27: return condition(&random)
    case 28: return "\\echo x \\\\ \(script(&random))"
    case 29: return "SELECT 1\\;\(script(&random))\n;"
    case 30: return "BEGIN;\(copy(&random));COMMIT;"
    case 31: return "\\copy (\(random.pick(["SELECT 1", "TABLE items", "SELECT ')' FROM items"]))) to stdout"
    case 32: return "\(copy(&random))\\;\(copy(&random));"
    default:
      return random.pick(["SELECT 1;", "INSERT INTO items VALUES ('x');", "-- x", "/* x */", "SELECT 'x';", ";"])
    }
  }

  private static func dynamic(_ random: inout Random) -> String {
    let copy = copy(&random)
    let text = quoted(copy)
    let body = random.pick([
      "BEGIN \(copy); END", "BEGIN EXECUTE \(text); END", "DECLARE s text := \(text); BEGIN EXECUTE s; END",
      "BEGIN EXECUTE 'CO' || \(quoted(String(copy.dropFirst(2)))); END",
      "BEGIN EXECUTE format('COPY %I FROM %L', 'items', '@DIR@/data.csv'); END",
      "BEGIN EXECUTE format('%s items FROM ''@DIR@/data.csv''', 'COPY'); END",
      "BEGIN EXECUTE concat(\(text)); END", "BEGIN EXECUTE (SELECT \(text)); END",
      "BEGIN PERFORM 1; EXECUTE \(text); END",
      "BEGIN IF true THEN \(copy); END IF; END", "BEGIN <<x>> LOOP \(copy); EXIT; END LOOP; END",
      "BEGIN BEGIN \(copy); EXCEPTION WHEN others THEN \(copy); END; END", "begin/**/execute/**/\(text); end",
      "DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT 1' LOOP \(copy); END LOOP; END",
      "BEGIN EXECUTE replace('KOPY items FROM ''@DIR@/data.csv''', 'K', 'C'); END",
      "BEGIN EXECUTE E'\\103OPY items FROM ''@DIR@/data.csv'''; END", "BEGIN EXECUTE $q$\(copy)$q$; END",
      "BEGIN PERFORM pg_read_file('@DIR@/data.csv'); END",
      "BEGIN EXECUTE 'SELECT pg_read' || '_file(''@DIR@/data.csv'')'; END",
      "BEGIN EXECUTE 'copy items from ' || quote_literal('@DIR@/data.csv'); END",
      "DECLARE c text := 'COPY'; BEGIN EXECUTE c || ' items FROM ''@DIR@/data.csv'''; END",
    ])
    return random.pick([
      "DO $$ \(body) $$;", "DO LANGUAGE plpgsql $$ \(body) $$;", "DO $x$ \(body) $x$ LANGUAGE plpgsql;",
      "DO \(quoted(body));", "do/**/$a$\(body)$a$;", "DO $$ \(body) $$\\g", "DO E\(quoted(body));",
    ])
  }

  private static func function(_ random: inout Random) -> String {
    let copy = copy(&random)
    let body = random.pick(["BEGIN \(copy); END", "BEGIN EXECUTE \(quoted(copy)); END"])
    let head = random.pick([
      "CREATE FUNCTION f() RETURNS void", "CREATE OR REPLACE FUNCTION s.f() RETURNS void",
      "create function f()returns void",
    ])
    return random.pick([
      "\(head) LANGUAGE plpgsql AS $$ \(body) $$; SELECT f();",
      "\(head) AS \(quoted(body)) LANGUAGE plpgsql; SELECT f();",
      "\(head) LANGUAGE sql AS \(quoted(copy)); SELECT f();", "\(head) LANGUAGE sql AS $f$\(copy)$f$; SELECT f();",
      "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ \(body) $$; CALL p();",
      "CREATE FUNCTION g(x text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE x; END $$; SELECT g(\(quoted(copy)));",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; \(script(&random))",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;\(script(&random))",
      "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \(copy); RETURN NEW; END $$;"
        + " CREATE TRIGGER t BEFORE INSERT ON others FOR EACH ROW EXECUTE FUNCTION t(); INSERT INTO others VALUES ('x');",
    ])
  }

  private static func variables(_ random: inout Random) -> String {
    let copy = copy(&random)
    return random.pick([
      "\\set c \(psqlQuoted(copy))\n:c;", "\\set c COPY\n:c items FROM '@DIR@/data.csv';",
      "\\set a CO\n\\set b PY\n:a:b items FROM '@DIR@/data.csv';",
      "SELECT 'COPY' AS c \\gset\n:c items FROM '@DIR@/data.csv';",
      "\\set s FROM\nCOPY items :s '@DIR@/data.csv';", "\\set p '@DIR@/data.csv'\nCOPY items FROM :'p';",
      "\\set q pg_read_file\nSELECT :q('@DIR@/data.csv');", "\\set r '\\'@DIR@/data.csv\\''\nCOPY items FROM :r;",
      "SELECT \(quoted(copy)) AS c \\gset x_\n:x_c;", "\\set c 'COPY items FROM stdin;'\n:c\none\n\\.\n\\i a.sql",
      "\\set quote '\\''\nSELECT :quote \\i a.sql :quote;", "\\set dollars $$\nSELECT :dollars \\i a.sql :dollars;",
      "\\set comment '/*'\nSELECT 1 :comment \\i a.sql \n*/;",
      "\\set semi ';'\nCOPY items FROM stdin :semi\none\n\\.\n\\i a.sql",
      "\\set AUTOCOMMIT off\n\(copy);", "\\set x :f\n\\i :x", "\\set f b.sql\n\\i :f",
      "\\set VERBOSITY terse\n\(copy);",
      "\\set c :c items\n\\set c 'COPY':c\n:c FROM '@DIR@/data.csv';",
    ])
  }

  private static func condition(_ random: inout Random) -> String {
    let inner = random.oneIn(3) ? hidden(&random) : script(&random)
    return random.pick([
      "\\if true\n\(inner)\n\\endif", "\\if false\n\(inner)\n\\endif", "\\if false\n\\else\n\(inner)\n\\endif",
      "\\if false\n\\elif true\n\(inner)\n\\endif", "\\if :{?f}\n\(inner)\n\\endif",
      "\\if 0\nCOPY items FROM stdin;\n\\endif\n\(inner)",
      "\\if true\nCOPY items FROM stdin;\none\n\\.\n\\endif\n\(inner)",
      "\\if no\n\\if true\n\\endif\n\\else\n\(inner)\n\\endif",
      "\\if false\nSELECT '\n\\endif\n\(inner)\n'; \\i b.sql", "\\if false\n/*\n\\endif\n\(inner)\n*/ \\i b.sql",
      "\\if false\n\\set f '\n\\endif\n\(inner)", "\\if false \\\\ \\endif \\i a.sql",
      "\\if false\n\\copy items from stdin\n\\endif\n\(inner)",
    ])
  }

  /// A way to read a file after something that only looks like a quote or a comment, or the other way round.
  private static func hidden(_ random: inout Random) -> String {
    let script = script(&random)
    let copy = copy(&random)
    let inner = random.pick([script, "; \(copy);"])
    return random.pick([
      "SELECT 'x' \(inner)\n;", "SELECT E'\\'' \(inner)\n;", "SELECT E'\\\\' \(inner)\n;", "SELECT '\\' \(inner)\n;",
      "SELECT \"x\" \(inner)\n;", "SELECT U&'\\' \(inner)\n;", "SELECT U&\"x\" \(inner)\n;", "SELECT N'\\' \(inner)\n;",
      "SELECT B'1' \(inner)\n;", "SELECT X'1' \(inner)\n;", "SELECT e'\\\n' \(inner)\n;", "SELECT $$x$$ \(inner)\n;",
      "SELECT $a$ $b$ \\i b.sql $a$ \(inner)\n;", "SELECT a$b$c \(inner)\n;", "SELECT 1$a$ \(inner) $a$ \n;",
      "SELECT $1$ \(inner) $1$ \n;", "SELECT $é$ \(inner) $é$;", "SELECT $$ \(inner) $$;", "SELECT ' \(inner) ';",
      "SELECT \" \(inner) \";", "/* \(inner) */ SELECT 1;", "/* /* */ \(inner) */ SELECT 1;", "-- \(inner)\nSELECT 1;",
      "SELECT 1 -- x\n\(inner)\n;", "SELECT 1 --x\r\(inner)\n;", "SELECT 1/* x */ \(inner)\n;",
      "SELECT 1 /*/ */ \(inner)\n;",
      "SELECT 1 /**/ \(inner)\n;", "SELECT 1 /* -- */ \(inner)\n;", "SELECT 1 -- /*\n\(inner)\n;",
      "SELECT 'a''' \(inner)\n;",
      "SELECT 'a'\n'b' \(inner)\n;", "SELECT E'a'\n'\\' \(inner)\n;", "SELECT 'a'\n'\\' \(inner)\n;",
      "SELECT E'a' -- \\\n'\\'' \(inner)\n;",
      "SELECT E'a'\n\n'\\'' \(inner)\n;", "SELECT E'a' 'b\\' \(inner)\n;", "SELECT U&'a'\n'\\' \(inner)\n;",
      "SELECT (1; \(inner)\n", "SELECT (1 \(inner)\n);", "SELECT a[1:f] \(inner)\n;", "SELECT '1'::int \(inner)\n;",
      "SELECT :'f' \(inner)\n;", "SELECT :\"f\" \(inner)\n;", "SELECT :f \(inner)\n;", "SELECT ':'\(inner)\n;",
      "SELECT :' \(inner) ';",
      "SELECT :'nothing' \(inner)\n;", "SELECT :'not here' \(inner)\n;", "SELECT 1:2 \(inner)\n;",
      "SELECT a:=1 \(inner)\n;",
      "SELECT \\: \(inner)\n;", "SELECT 1\\;\(inner)\n;", "SELECT 1 \\g \\\\ \(inner)", "SELECT 1 \\p \\\\ \(inner)\n;",
      "\\echo ' \(inner) '", "\\echo \" \(inner) \"", "\\echo ' \(inner)", "\\set x ' \(inner) '", "\\set x ' \(inner)",
      "\\? \(inner)",
      "\\h \(inner)", "\\h\n\(inner)", "\\sf \(inner)", "\\d ' \(inner)", "\\d \" \(inner)", "\\echo :f \(inner)",
      "\\echo \\ \(inner)",
      "\\echo x\\\\\(inner)", "\\pset format ' \(inner)", "\\x \(inner)", "\\g ' \(inner)",
      "SELECT 1 \\gset x \(inner)",
      "SELECT 1 \\g (format=csv) \(inner)", "SELECT 1 \\g (format=csv \(inner)", "SELECT 1 \\bind \(inner) \n \\g",
      "\\copy items from stdin\none\n\\.\n\(inner)", "\\unset x \(inner)", "\\c - \(inner)", "\\timing \(inner)",
      "\\dt+ \(inner)",
      "\\conninfo \(inner)", "\\errverbose \(inner)", "\\a \(inner)", "\\z \(inner)", "\\l \(inner)",
      "\\encoding UTF8 \(inner)",
      "\\r \(inner)", "\\qecho x \(inner)", "\\warn x \(inner)", "\\setenv X y \(inner)",
      "\\restrict x\n\\i a.sql\n\\unrestrict x",
      "\\C x \(inner)", "\\f x \(inner)", "\\H \(inner)", "\\t \(inner)", "\\T x \(inner)", "\\password \(inner)",
      "\\z' \(inner)",
      "SELECT 0x1g \(inner)\n;", "SELECT 1e \(inner)\n;", "SELECT 1.e'\\' \(inner)\n;", "SELECT 1e'\\' \(inner) ';",
      "SELECT xe'\\' \(inner)\n;",
      "SELECT 1E'\\' \(inner)\n;", "SELECT 1_000 \(inner)\n;", "SELECT éE'\\' \(inner)\n;", "SELECT _e'\\' \(inner)\n;",
      "SELECT 1 /* ' */ \(inner)\n;", "SELECT 1 -- '\n\(inner)\n;", "SELECT \"'\" \(inner)\n;",
      "SELECT '\"' \(inner)\n;", "SELECT $'$ \(inner)\n;",
      "SELECT $ $ \(inner)\n;", "SELECT $a $a \(inner)\n;", "SELECT $a$ $a$$ \(inner)\n;",
      "SELECT $a$$a$ \(inner) $a$;",
      "SELECT '$$' \(inner) '$$';", "SELECT $$'$$ \(inner)\n;", "SELECT E'$$\\'' \(inner)\n;",
      "COPY items FROM '@DIR@/data.csv' \(script)\n;",
    ])
  }

  private static func wrapped(_ statement: String, _ random: inout Random) -> String {
    random.pick([
      "BEGIN;\n\(statement)\n;COMMIT;", "SELECT 1;\(statement)", " \(statement)", "\t\(statement)",
      "/* x */\(statement)",
      ";\(statement)", "SELECT 1\n;\n\(statement)", "\u{c}\(statement)", "\u{b}\(statement)", "\r\(statement)",
    ])
  }

  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

  private static func psqlQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''").replacing("\n", with: " ") + "'"
  }
}
