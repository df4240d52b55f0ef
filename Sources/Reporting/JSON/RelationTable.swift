import JSON
import PlanCore

/// The relations of a report, each state of one listed once, since most cases read the same tables, before and now.
struct RelationTable {
  private(set) var rows: [JSON] = []
  private var places: [RelationName: [(facts: RelationFacts, place: Int)]] = [:]

  /// The indexes of the relations of some facts, from 0, sorted by name.
  mutating func places(of facts: CatalogFacts) -> [Int] {
    facts.relations.sorted { $0.key < $1.key }.map { name, facts in
      if let known = places[name]?.first(where: { $0.facts == facts }) { return known.place }
      places[name, default: []].append((facts, rows.count))
      rows.append(RelationTable.json(name, facts))
      return rows.count - 1
    }
  }

  private static func json(_ name: RelationName, _ facts: RelationFacts) -> JSON {
    func object<Element>(_ elements: [Element], _ member: (Element) -> (String, String)) -> JSON {
      .object(elements.map(member).map { JSONMember($0, .string($1)) })
    }
    return .object([
      JSONMember("schema", .string(name.schema)), JSONMember("name", .string(name.name)),
      JSONMember(
        "root",
        facts.root.map { root in
          .object([JSONMember("schema", .string(root.schema)), JSONMember("name", .string(root.name))])
        } ?? .null),
      JSONMember("rows", .number(facts.rows)), JSONMember("pages", .number(facts.pages)),
      JSONMember("partitions", facts.partitions.map { .number(Double($0)) } ?? .null),
      JSONMember("columns", object(facts.columns) { ($0.name, $0.type) }),
      JSONMember("indexes", object(facts.indexes) { ($0.name, $0.definition) }),
      JSONMember("statistics", object(facts.statistics) { ($0.name, $0.definition) }),
      JSONMember("constraints", object(facts.constraints) { ($0.name, $0.definition) }),
      JSONMember("policies", .array(facts.policies.map(JSON.string))),
    ])
  }

  // MARK: Reading

  /// The relations of a report's table, in its order.
  static func relations(_ json: JSONFields) throws(ReportError) -> [(name: RelationName, facts: RelationFacts)] {
    var relations: [(name: RelationName, facts: RelationFacts)] = []
    for row in try json.objects("relations") {
      var facts = RelationFacts(rows: try row.number("rows"), pages: try row.number("pages"))
      facts.root = try row.optional("root")?.relationName()
      facts.partitions = try row.optionalInteger("partitions")
      facts.columns = try row.texts("columns").map(ColumnFacts.init)
      facts.indexes = try row.texts("indexes").map(IndexFacts.init)
      facts.statistics = try row.texts("statistics").map(DefinedObject.init)
      facts.constraints = try row.texts("constraints").map(DefinedObject.init)
      facts.policies = try row.textList("policies")
      relations.append((try row.relationName(), facts))
    }
    return relations
  }
}

extension JSONFields {
  fileprivate func relationName() throws(ReportError) -> RelationName {
    RelationName(schema: try text("schema"), name: try text("name"))
  }
}
