/// A name as SQL has to write it: quoted unless it is plain and no reserved word.
package func quotedIdentifier(_ name: String) -> String {
  let isPlain =
    name.unicodeScalars.first.map { ("a"..."z").contains($0) || $0 == "_" } ?? false
    && name.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
  return isPlain && !reservedWords.contains(name) ? name : delimitedIdentifier(name)
}

/// A name in quotes, whatever it holds.
package func delimitedIdentifier(_ name: String) -> String {
  // By scalars: with a combining mark behind it a quote is another Character, and still ends the name.
  "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}

/// The reserved words of PostgreSQL 18 (appendix C of its documentation), which no table and no index is called without
/// quotes.
private let reservedWords: Set<String> = [
  "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "binary", "both",
  "case", "cast", "check", "collate", "collation", "column", "concurrently", "constraint", "create", "cross",
  "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
  "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "false", "fetch", "for",
  "foreign", "freeze", "from", "full", "grant", "group", "having", "ilike", "in", "initially", "inner", "intersect",
  "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp",
  "natural", "not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "placing", "primary",
  "references", "returning", "right", "select", "session_user", "similar", "some", "symmetric", "system_user", "table",
  "tablesample", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "verbose", "when",
  "where", "window", "with",
]
