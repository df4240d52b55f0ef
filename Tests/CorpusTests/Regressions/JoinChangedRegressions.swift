extension PlantedRegression {
  /// Regressions that the rule `join-changed` finds.
  static let joinChanged: [PlantedRegression] = [
    // Nested Loop, 37 outer rows -> Hash Join, 1,287 of them, with a Seq Scan of customer; cost 75 -> 913.
    PlantedRegression(
      name: "too many rows for a nested loop",
      query: "held_parcels",
      change: .sql(#"UPDATE freight."Parcel" SET status = 'held' WHERE id % 3 = 0"#),
      rule: "join-changed", severity: "warn", relation: nil, cause: nil,
      twin: .sql(#"UPDATE freight."Parcel" SET status = 'held' WHERE id % 30000 = 77"#)),
    // Hash Join -> Merge Join of two Index Scans; cost 2,075 -> 2,336, blocks 796 -> 30,490.
    PlantedRegression(
      name: "hash joins switched off",
      query: "scans_of_parcels",
      change: .setting("enable_hashjoin", "off"),
      rule: "join-changed", severity: "warn", relation: nil, cause: "enable_hashjoin",
      twin: .setting("cpu_operator_cost", "0.002525")),
    // Nested Loop -> Hash Join with a Seq Scan of customer; cost 75 -> 354, blocks 138 -> 197.
    PlantedRegression(
      name: "primary key dropped",
      query: "held_parcels",
      change: .sql("ALTER TABLE freight.customer DROP CONSTRAINT customer_pkey"),
      rule: "join-changed", severity: "warn", relation: nil, cause: "index customer_pkey of freight.customer is gone",
      twin: .sql("ALTER TABLE freight.customer RENAME CONSTRAINT customer_pkey TO customer_key")),
  ]
}
