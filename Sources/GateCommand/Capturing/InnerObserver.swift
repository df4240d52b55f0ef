import JSON
import PlanCore
import Postgres

/// Collects the plans that auto_explain reports for the statements that a case runs inside.
final class InnerObserver {
  /// Statements after which a case is not watched any longer: each costs a tenth of a millisecond.
  private static let limit = 1000

  private let origins: InnerProbe.Origins
  private(set) var log = InnerStatementLog()
  private(set) var isCapped = false

  init(_ origins: InnerProbe.Origins) { self.origins = origins }

  /// Takes a message of the server.
  ///
  /// - Returns: whether the case may go on.
  func take(_ notice: ServerNotice) -> Bool {
    // The statement itself has no context; what plangate runs around it has none either.
    guard notice.sourceFile == "auto_explain.c", let context = notice.context,
      let start = notice.message.utf8.firstIndex(of: UInt8(ascii: "{")),
      let document = try? JSON(parsing: String(notice.message[start...])),
      let text = document["Query Text"]?.stringValue,
      let plan = try? Plan(explain: .array([document])), !plan.readsOnlyTheSystem
    else { return true }
    let caller = InnerCaller(context: context, statement: text)
    let (origin, isAfterPlan) = origin(of: text, caller: caller)
    log.add(text: text, origin: origin, isAfterPlan: isAfterPlan, plan: plan)
    isCapped = log.count >= InnerObserver.limit
    return !isCapped
  }

  private func origin(of text: String, caller: InnerCaller?) -> (origin: InnerOrigin, isAfterPlan: Bool) {
    if let caller {
      return (.function(caller.description), origins.afterTriggers.contains(caller.name))
    }
    guard let query = ForeignKeyQuery(text) else { return (.unknown, false) }
    if query.isOfReferenced { return (.foreignKeyCheck("\(query.schema).\(query.relation)"), true) }
    let name = origins.foreignKeys[[query.schema, query.relation] + query.columns]
    return (name.map(InnerOrigin.foreignKey) ?? .foreignKey("of \(query.schema).\(query.relation)"), true)
  }
}

extension Plan {
  /// Whether a plan reads catalogs and statistics views and nothing else.
  ///
  /// What is in there depends on the server's other sessions.
  fileprivate var readsOnlyTheSystem: Bool {
    var schemas: Set<String> = []
    root.forEachNode { node, _ in if let relation = node.relation { schemas.insert(relation.schema) } }
    return !schemas.isEmpty && schemas.isSubset(of: ["pg_catalog", "information_schema"])
  }
}

/// A statement that a foreign key's trigger runs, as ri_triggers.c writes it:
/// `DELETE FROM ONLY "public"."c" WHERE $1 OPERATOR(pg_catalog.=) "p_id"`.
struct ForeignKeyQuery {
  let schema: String
  let relation: String
  /// The columns that it compares.
  let columns: [String]
  /// Whether it looks for the row that is referenced, and not for those that reference it.
  let isOfReferenced: Bool

  init?(_ text: String) {
    guard text.contains(" OPERATOR("), let condition = text.firstRange(of: " WHERE ") else { return nil }
    let head = ForeignKeyQuery.names(in: text[..<condition.lowerBound])
    guard head.count >= 2 else { return nil }
    (schema, relation) = (head[0], head[1])
    let comparisons = text[condition.upperBound...]
    columns = ForeignKeyQuery.names(in: comparisons)
    guard !columns.isEmpty else { return nil }
    isOfReferenced = comparisons.first == "\""
  }

  /// The names in quotes, without them.
  private static func names(in text: Substring) -> [String] {
    var names: [String] = []
    var rest = text
    while let start = rest.firstIndex(of: "\"") {
      var name = ""
      var index = rest.index(after: start)
      while index < rest.endIndex {
        let next = rest.index(after: index)
        if rest[index] == "\"" {
          guard next < rest.endIndex, rest[next] == "\"" else { break }
          name.append("\"")
          index = rest.index(after: next)
        } else {
          name.append(rest[index])
          index = next
        }
      }
      names.append(name)
      rest = index < rest.endIndex ? rest[rest.index(after: index)...] : ""
    }
    return names
  }
}
