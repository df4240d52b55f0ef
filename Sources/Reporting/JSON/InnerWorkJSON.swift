import JSON
import PlanCore

/// What a case runs inside, in the JSON report.
enum InnerWorkJSON {
  static func json(_ inner: InnerWork) -> JSON {
    let reads = inner.sequentialReads.sorted { $0.key < $1.key }.map { name, reads in
      JSON.object([
        JSONMember("schema", .string(name.schema)), JSONMember("relation", .string(name.name)),
        JSONMember("scans", .number(reads.scans)), JSONMember("rows", .number(reads.rows)),
      ])
    }
    return .object([
      JSONMember("statements", inner.statements.map { .array($0.map(json)) } ?? .null),
      JSONMember("cutOff", .bool(inner.isCapped)),
      JSONMember("sequentialReads", .array(reads)),
    ])
  }

  private static func json(_ statement: InnerStatement) -> JSON {
    .object([
      JSONMember("origin", .string(statement.origin.description)), JSONMember("statement", .string(statement.text)),
      JSONMember("calls", .number(statement.calls)), JSONMember("afterPlan", .bool(statement.isAfterPlan)),
      JSONMember("explain", .array(statement.plans.map(\.explainJSON))),
    ])
  }

  static func inner(_ fields: JSONFields) throws(ReportError) -> InnerWork {
    var inner = InnerWork(statements: nil, isCapped: try fields.flag("cutOff"))
    if fields["statements"] != .null {
      var statements: [InnerStatement] = []
      for element in try fields.objects("statements") { statements.append(try statement(element)) }
      inner.statements = statements
    }
    for reads in try fields.objects("sequentialReads") {
      let relation = RelationName(schema: try reads.text("schema"), name: try reads.text("relation"))
      inner.sequentialReads[relation] = SequentialReads(
        scans: try reads.number("scans"), rows: try reads.number("rows"))
    }
    return inner
  }

  private static func statement(_ fields: JSONFields) throws(ReportError) -> InnerStatement {
    guard let origin = InnerOrigin(try fields.text("origin")) else { throw fields.wrong("origin", "a known origin") }
    var plans: [Plan] = []
    for document in try fields.elements("explain") {
      do { plans.append(try Plan(explain: document).canonical) } catch {
        throw ReportError("'explain' of \(fields.place) is not a plan: \(error.message)")
      }
    }
    return InnerStatement(
      text: try fields.text("statement"), origin: origin, calls: try fields.number("calls"),
      isAfterPlan: try fields.flag("afterPlan"), plans: plans)
  }
}
