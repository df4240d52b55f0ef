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
      JSONMember("notNull", .array(facts.columns.filter(\.isNotNull).map { .string($0.name) })),
      JSONMember("columnAttributes", attributes(facts.columns)),
      JSONMember(
        "commonValues",
        .object(
          facts.columns.filter { !$0.commonValues.isEmpty }.map { column in
            JSONMember(
              column.name, .array(column.commonValues.map { .array([JSON($0.value), .number($0.share)]) }))
          })),
      JSONMember(
        "indexTraits",
        object((facts.indexes + facts.invalidIndexes).filter { !$0.traits.isEmpty }) {
          ($0.name, $0.traits.words.joined(separator: " "))
        }),
      JSONMember("invalidIndexes", object(facts.invalidIndexes) { ($0.name, $0.definition) }),
      JSONMember("triggers", object(facts.triggers) { ($0.name, $0.definition) }),
      JSONMember("foreignKeys", .array(facts.foreignKeys.map { json($0, other: $0.references) })),
      JSONMember("referencedBy", .array(facts.referencedBy.map { json($0, other: $0.relation) })),
    ])
  }

  private static func attributes(_ columns: [ColumnFacts]) -> JSON {
    .object(
      columns.filter { !$0.attributes.isEmpty }.map { column in
        JSONMember(
          column.name,
          .object(
            ColumnAttribute.allCases.compactMap { attribute in
              column.attributes[attribute].map { JSONMember(attribute.rawValue, .string($0)) }
            }))
      })
  }

  private static func json(_ key: ForeignKeyFacts, other: RelationName) -> JSON {
    .object([
      JSONMember("name", .string(key.name)), JSONMember("schema", .string(other.schema)),
      JSONMember("relation", .string(other.name)), JSONMember("definition", .string(key.definition)),
      JSONMember("index", JSON(key.index)),
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
      let traits = Dictionary(try row.texts("indexTraits")) { $1 }
      func indexes(_ key: String) throws(ReportError) -> [IndexFacts] {
        try row.texts(key).map { name, definition in
          let words = traits[name]?.split(separator: " ") ?? []
          return IndexFacts(
            name: name, definition: definition, traits: Set(words.compactMap { IndexTrait(rawValue: String($0)) }))
        }
      }
      facts.indexes = try indexes("indexes")
      facts.invalidIndexes = try indexes("invalidIndexes")
      facts.statistics = try row.texts("statistics").map(DefinedObject.init)
      facts.constraints = try row.texts("constraints").map(DefinedObject.init)
      facts.policies = try row.textList("policies")
      facts.triggers = try row.texts("triggers").map(DefinedObject.init)
      let name = try row.relationName()
      for key in try row.objects("foreignKeys") {
        facts.foreignKeys.append(
          try key.foreignKey { ForeignKeyFacts(name: $0, relation: name, references: $1, definition: $2, index: $3) })
      }
      for key in try row.objects("referencedBy") {
        facts.referencedBy.append(
          try key.foreignKey { ForeignKeyFacts(name: $0, relation: $1, references: name, definition: $2, index: $3) })
      }
      try readColumns(of: row, into: &facts)
      relations.append((name, facts))
    }
    return relations
  }

  private static func readColumns(of row: JSONFields, into facts: inout RelationFacts) throws(ReportError) {
    let notNull = Set(try row.textList("notNull"))
    guard case .object(let columns) = try row.value("columnAttributes") else {
      throw row.wrong("columnAttributes", "an object")
    }
    guard case .object(let common) = try row.value("commonValues") else {
      throw row.wrong("commonValues", "an object")
    }
    for place in facts.columns.indices {
      if case .array(let values)? = common.first(where: { $0.key == facts.columns[place].name })?.value {
        for value in values {
          guard case .array(let pair) = value, pair.count == 2, let share = pair[1].numberValue else {
            throw row.wrong("commonValues", "an object of values and shares")
          }
          facts.columns[place].commonValues.append(CommonValue(value: pair[0].stringValue, share: share))
        }
      }
      facts.columns[place].isNotNull = notNull.contains(facts.columns[place].name)
      guard case .object(let members)? = columns.first(where: { $0.key == facts.columns[place].name })?.value else {
        continue
      }
      for member in members {
        guard let attribute = ColumnAttribute(rawValue: member.key) else { continue }
        facts.columns[place].attributes[attribute] = member.value.stringValue
      }
    }
  }
}

extension JSONFields {
  /// - Parameter make: makes the key from its name, the relation on the other side, its definition and its index.
  fileprivate func foreignKey(
    _ make: (String, RelationName, String, String?) -> ForeignKeyFacts
  ) throws(ReportError) -> ForeignKeyFacts {
    make(
      try text("name"), RelationName(schema: try text("schema"), name: try text("relation")), try text("definition"),
      try optionalText("index"))
  }

  fileprivate func relationName() throws(ReportError) -> RelationName {
    RelationName(schema: try text("schema"), name: try text("name"))
  }
}
