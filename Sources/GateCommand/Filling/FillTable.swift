import PlanCore

/// A table that rows are made for, with everything that its rows have to respect.
struct FillTable: Sendable {
  /// Its number in `pg_class`.
  let oid: UInt32
  let name: RelationName
  let isPartitioned: Bool
  var columns: [FillColumn] = []
  var keys: [FillKey] = []
  var foreignKeys: [FillForeignKey] = []
  var checks: [FillCheck] = []
  var partitions: [FillPartition] = []
  /// Whether it has no row; of a partitioned table, whether one of its partitions has none.
  var isEmpty = true

  subscript(column name: String) -> FillColumn? { columns.first { $0.name == name } }

  /// The columns of the primary key, or of another key without NULL; empty if there is none.
  var identity: [String] {
    (keys.first { $0.isPrimary }
      ?? keys.first { key in
        key.isWhole && key.columns.allSatisfy { self[column: $0]?.isNotNull == true }
      })?.columns ?? []
  }
}

struct FillColumn: Sendable {
  let name: String
  /// Its position, as `pg_attribute.attnum` has it.
  let number: Int
  /// Its type, below all domains.
  let type: FillType
  /// Its type as it was declared, as SQL writes it.
  let declaredType: String
  /// Whether it, or a domain of it, refuses NULL.
  let isNotNull: Bool
  /// Whether the server computes it.
  let isGenerated: Bool
  /// `GENERATED ALWAYS AS IDENTITY`.
  let isAlwaysIdentity: Bool
  /// The expression of its default; nil for none.
  let defaultValue: String?
  /// The sequence that numbers it, as a quoted name, if it numbers by one from 1 and nothing else.
  let sequence: String?
  /// Whether it takes its default from a sequence that numbers in another way.
  let hasOtherSequence: Bool
  /// The conditions of its domains, in which `VALUE` stands for its value.
  let domainChecks: [String]
}

/// A primary key, unique constraint or index, or exclusion constraint.
struct FillKey: Equatable, Sendable {
  let columns: [String]
  var isPrimary = false
  var isExclusion = false
  /// Whether it holds for some rows only.
  var isPartial = false
  /// Whether it is over expressions; `columns` are then those that they name.
  var hasExpressions = false

  /// Whether it refuses equal values of its columns in any two rows.
  var isWhole: Bool { !isExclusion && !isPartial && !hasExpressions }
}

struct FillForeignKey: Equatable, Sendable {
  let name: String
  let columns: [String]
  /// The table that it references, by its number in `pg_class`.
  let target: UInt32
  let targetName: RelationName
  let targetColumns: [String]
}

/// A CHECK constraint.
struct FillCheck: Equatable, Sendable {
  let name: String
  /// Its condition as the server writes it.
  let condition: String
  let columns: [String]
}

/// A type of a column, array element or range, below all domains.
indirect enum FillType: Equatable, Sendable {
  /// A type of PostgreSQL's or of an extension.
  ///
  /// - Parameters:
  ///   - name: as `pg_type.typname` has it, such as `int4`.
  ///   - sql: as SQL writes it, with its modifier, such as `character varying(20)`.
  case base(name: String, sql: String)
  case enumeration(sql: String, labels: [String])
  case array(element: FillType, sql: String)
  case range(of: FillType, sql: String)
  case composite(fields: [FillType], sql: String)
  case other(sql: String)

  var sql: String {
    switch self {
    case .base(_, let sql), .enumeration(let sql, _), .array(_, let sql), .range(_, let sql), .composite(_, let sql),
      .other(let sql):
      sql
    }
  }

  /// The name of a base type; nil for others.
  var baseName: String? {
    if case .base(let name, _) = self { return name }
    return nil
  }

  /// The numbers of a modifier: 8 and 2 of `numeric(8,2)`.
  var modifier: [Int] {
    guard let open = sql.firstIndex(of: "("), let close = sql[open...].firstIndex(of: ")") else { return [] }
    return sql[sql.index(after: open)..<close].split(separator: ",").compactMap { part in
      Int(String(part.filter { !$0.isWhitespace }))
    }
  }
}
