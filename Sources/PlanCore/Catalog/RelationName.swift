/// A table, partition, materialized view or foreign table: its schema and name as the catalog has them.
package struct RelationName: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let schema: String
  package let name: String

  /// A temporary schema is `pg_temp` here: before PostgreSQL 15 EXPLAIN prints `pg_temp_3`, where the number is the
  /// backend's.
  package init(schema: String, name: String) {
    let isTemporary = schema.hasPrefix("pg_temp_") && schema.dropFirst(8).allSatisfy(\.isNumber)
    self.schema = isTemporary ? "pg_temp" : schema
    self.name = name
  }

  /// `public.orders`, unquoted: for reports and for the globs of waivers, never for SQL.
  ///
  /// An EXPLAIN without VERBOSE prints no schema.
  package var description: String {
    schema.isEmpty && !name.isEmpty && !name.hasPrefix(".") ? name : "\(schema).\(name)"
  }

  package static func < (a: RelationName, b: RelationName) -> Bool {
    (a.schema, a.name) < (b.schema, b.name)
  }
}
