import PlanCore

/// The statement that sets a foreign key once both of its tables have rows: in a cycle of tables, or within one table.
struct FillUpdate {
  let table: FillTable
  let key: FillForeignKey

  /// The columns that are set; the others have a value already, which has to be that of the referenced row.
  private var pairs: (sets: [ParentLink.Pair], matches: [ParentLink.Pair]) {
    let all = zip(key.columns, key.targetColumns).map { ParentLink.Pair(column: $0, target: $1) }
    let sets = all.filter { table[column: $0.column]?.isNotNull == false }
    return (sets, all.filter { !sets.contains($0) })
  }

  /// The statement's text, without a semicolon; nil if the rows of the table cannot be told apart.
  var sql: String? {
    let identity = table.identity.map(quotedIdentifier)
    let (sets, matches) = pairs
    guard !identity.isEmpty, !sets.isEmpty else { return nil }
    let isSelf = key.target == table.oid
    let isUnique = table.keys.contains { $0.isWhole && Set($0.columns).isSubset(of: key.columns) }
    let shared = matches.map { quotedIdentifier($0.target) }
    let own = matches.map { quotedIdentifier($0.column) }
    func partition(_ columns: [String]) -> String {
      columns.isEmpty ? "" : "PARTITION BY \(columns.joined(separator: ", ")) "
    }
    // Spread evenly by the golden ratio, then skewed: the same rows in any order of execution.
    let share = "power((rows.picked * 0.6180339887498949 % 1)::double precision, 3)"
    let target = key.targetName.quoted
    let place =
      isUnique
      ? (isSelf ? "rows.picked - 1" : "rows.picked")
      : isSelf
        ? "1 + floor((rows.picked - 1) * \(share))::bigint"
        : matches.isEmpty
          ? "1 + floor((SELECT count(*) FROM \(target)) * \(share))::bigint"
          : "1 + floor(counted.number * \(share))::bigint"
    func shares(_ alias: String) -> [String] {
      matches.map { "\(alias).\(quotedIdentifier($0.target)) = rows.\(quotedIdentifier($0.column))" }
    }
    // A tenth of the rows, and the first one, have none.
    let wanted = isSelf ? "rows.picked > 1 AND rows.picked % 10 <> 0" : isUnique ? "" : "rows.picked % 10 <> 0"
    let condition = identity.map { "t.\($0) = rows.\($0)" } + (wanted.isEmpty ? [] : [wanted])
    let rowColumns = identity + own.filter { !identity.contains($0) }
    let order = sets.map { quotedIdentifier($0.target) }.joined(separator: ", ")
    let targets = (sets + matches).map { quotedIdentifier($0.target) }
    let otherColumns = targets.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let assignments = sets.map { "\(quotedIdentifier($0.column)) = other.\(quotedIdentifier($0.target))" }
    func numbered(_ columns: [String], _ group: [String], _ order: String) -> String {
      "SELECT \(columns.joined(separator: ", ")),\n    row_number() OVER (\(partition(group))ORDER BY \(order)) AS picked"
    }
    var text = """
      UPDATE \(table.name.quoted) AS t SET \(assignments.joined(separator: ", "))
      FROM (\(numbered(rowColumns, own, identity.joined(separator: ", "))) FROM \(table.name.quoted)) AS rows

      """
    if !matches.isEmpty, !isSelf, !isUnique {
      let columns = shared.joined(separator: ", ")
      text +=
        "JOIN (SELECT \(columns), count(*) AS number FROM \(target) GROUP BY \(columns)) AS counted\n"
        + "  ON \(shares("counted").joined(separator: " AND "))\n"
    }
    text +=
      "JOIN (\(numbered(otherColumns, shared, order)) FROM \(target)) AS other\n"
      + "  ON \((["other.picked = \(place)"] + shares("other")).joined(separator: " AND "))\n"
    return text + "WHERE \(condition.joined(separator: " AND "))"
  }
}
