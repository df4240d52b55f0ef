/// The SQL words that make a statement's result depend on more than the database and the statement's text.
enum SeedVocabulary {
  /// Words that mean the clock wherever they are read as a name.
  private static let clock: Set<String> = [
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "clock_timestamp",
    "statement_timestamp", "transaction_timestamp", "timeofday", "pg_postmaster_start_time", "pg_conf_load_time",
    "pg_xact_commit_timestamp", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v6", "uuid_generate_v7",
    "uuidv7", "system_time", "pg_timezone_names", "pg_stat_activity",
  ]
  /// Functions that read the clock if an argument list follows.
  private static let clockFunctions: Set<String> = ["now", "age"]
  /// Dates in a literal that depend on the clock: 'now', 'today 08:00'.
  private static let clockDates = ["now", "today", "tomorrow", "yesterday"].map { Array($0.utf8) }
  /// Words allowed beside them in the literal of a date.
  private static let besideDates = ["am", "pm", "utc", "gmt", "z", "t", "at", "allballs", "zulu"].map { Array($0.utf8) }
  /// Words that read files, other servers or the server's environment, or write files.
  private static let outside: Set<String> = [
    "pg_stat_file", "pg_current_logfile", "pg_logdir_ls", "pg_hba_file_rules", "pg_ident_file_mappings",
    "pg_file_settings", "pg_show_all_file_settings", "pg_config", "lo_import", "lo_export", "dblink", "adminpack",
    "pg_import_system_collations", "inet_server_addr", "inet_server_port", "inet_client_addr", "inet_client_port",
    "data_directory", "config_file", "hba_file", "ident_file", "unix_socket_directories", "external_pid_file",
    "plsh", "utl_file", "http_get", "http_post", "aws_s3", "pg_control_system", "pg_control_init",
  ]
  /// Prefixes of such words.
  private static let outsidePrefixes = [
    "pg_read_", "pg_ls_", "pg_file_", "be_lo_", "dblink_", "plpython", "plperl", "pltcl",
  ]
  /// Functions that run a statement passed to them as text.
  private static let runsText: Set<String> = [
    "query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "cursor_to_xml", "ts_stat", "crosstab",
    "crosstab2", "crosstab3", "crosstab4", "connectby", "plv8",
  ]
  /// Words that the scanner follows by their position.
  private static let grammar: Set<String> = [
    "copy", "execute", "language", "begin", "then", "else", "loop", "standard_conforming_strings", "client_encoding",
  ]

  enum Meaning: Equatable {
    case clock
    /// The clock, if an argument list follows.
    case clockFunction
    case outside
    case runsText
    case grammar
  }

  private static let meanings: [String: Meaning] = {
    var meanings: [String: Meaning] = [:]
    for (words, meaning) in [
      (clock, Meaning.clock), (clockFunctions, .clockFunction), (outside, .outside), (runsText, .runsText),
      (grammar, .grammar),
    ] {
      for word in words { meanings[word] = meaning }
    }
    return meanings
  }()

  /// The first letters of the words as a bit set, so that most words of a large file are dismissed quickly.
  private static let initials: UInt32 = {
    (meanings.keys + outsidePrefixes).reduce(0) { $0 | 1 << UInt32(($1.utf8.first ?? 0) & 0x1f) }
  }()
  private static let lengths = 3...40

  /// Whether a word may have a meaning here, by its length and first letter.
  static func mayMean(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    lengths.contains(range.count) && initials & (1 << UInt32(bytes[range.lowerBound] & 0x1f)) != 0
      || range.count > 4 && isWrapper(bytes, range)
  }

  /// Whether a word is a foreign data wrapper such as `postgres_fdw`.
  private static func isWrapper(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    zip(bytes[range].suffix(4), "_fdw".utf8).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
  }

  /// - Parameter word: a word in lower case.
  static func meaning(of word: String) -> Meaning? {
    if let meaning = meanings[word] { return meaning }
    if word.hasSuffix("_fdw") || outsidePrefixes.contains(where: { word.hasPrefix($0) }) { return .outside }
    return nil
  }

  /// Words that have a meaning in some positions of a statement.
  private static let positional: Set<String> = [
    "alter", "as", "atomic", "binary", "case", "create", "do", "end", "exists", "extension", "foreign", "from",
    "function", "if", "import", "into", "load", "names", "not", "or", "procedural", "procedure", "program", "pstdin",
    "replace", "schema", "server", "set", "stdin", "stdout", "subscription", "system", "tablespace", "to", "trusted",
    "using", "u", "e",
  ]

  /// Whether a word would change how the scanner reads a statement, if a variable inserted it.
  ///
  /// - Parameter word: a word in lower case.
  static func isFollowed(_ word: String) -> Bool { meaning(of: word) != nil || positional.contains(word) }

  /// Whether the text of a literal, or of a field of COPY's rows, can be a date that depends on the clock.
  ///
  /// It is called for each literal of a seed and creates no strings.
  static func isClockDate<Text: RandomAccessCollection<UInt8>>(_ text: Text) -> Bool {
    guard (3...60).contains(text.count) else { return false }
    var isClock = false
    var rest = text[...]
    while true {
      // Date input treats punctuation as blanks.
      rest = rest.drop { !SQLLexer.isVariablePart($0) }
      guard let first = rest.first else { return isClock }
      let word = rest.prefix(while: SQLLexer.isVariablePart)
      rest = rest[word.endIndex...]
      if SQLLexer.isDigit(first) { continue }
      func isWord(_ other: [UInt8]) -> Bool {
        word.count == other.count && zip(word, other).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
      }
      if clockDates.contains(where: isWord) {
        isClock = true
      } else if !besideDates.contains(where: isWord) {
        return false
      }
    }
  }

  /// Languages whose functions can do no more than the statements in their text.
  static let languages: Set<String> = ["sql", "plpgsql"]

  /// Extensions that read only the database; their own files belong to the server's build.
  static let extensions: Set<String> = [
    "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dict_int", "dict_xsyn",
    "earthdistance", "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray", "isn", "lo", "ltree",
    "moddatetime", "pageinspect", "pg_buffercache", "pg_freespacemap", "pg_prewarm", "pg_stat_statements",
    "pg_surgery", "pg_trgm", "pg_visibility", "pg_walinspect", "pgcrypto", "pgrowlocks", "pgstattuple", "plpgsql",
    "refint", "seg", "sslinfo", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp",
    "xml2",
    // Extensions from outside PostgreSQL.
    "age", "citus", "h3", "hll", "hypopg", "ip4r", "pg_hint_plan", "pg_ivm", "pg_jsonschema", "pg_partman",
    "pg_similarity", "pg_uuidv7", "pgjwt", "pgroonga", "pgrouting", "pgtap", "postgis", "postgis_raster",
    "postgis_sfcgal", "postgis_topology", "prefix", "rum", "semver", "temporal_tables", "timescaledb", "topn",
    "vector", "vectorscale",
  ]

  /// Whether no byte of a multibyte character in this encoding looks like ASCII.
  static func isPlainEncoding(_ name: String) -> Bool {
    let letters = name.uppercased().filter { $0.isLetter || $0.isNumber }
    return ["UTF8", "UNICODE", "SQLASCII", "DEFAULT"].contains(letters)
      || ["LATIN", "WIN", "ISO8859", "KOI8", "EUC"].contains { letters.hasPrefix($0) } && letters != "WIN932"
        && !["WIN936", "WIN949", "WIN950", "WINDOWS932", "WINDOWS936", "WINDOWS949", "WINDOWS950"].contains(letters)
  }
}
