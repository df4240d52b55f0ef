extension PlantedRegression {
  /// Regressions that the rule `cost` finds.
  static let cost: [PlantedRegression] = [
    // Same plan: cost 209 -> 625, 3.0 times; blocks 149 -> 445.
    PlantedRegression(
      name: "table three times as large",
      query: "fleet_places",
      change: .sql(
        """
        INSERT INTO fleet.device
        SELECT id + 4000 * n, serial || '/' || n, model, depot_id, attrs, seen_at, comment
        FROM fleet.device, generate_series(1, 2) AS n ORDER BY n, id
        """),
      rule: "cost", severity: "warn", relation: nil, cause: "rows",
      twin: .sql(
        """
        INSERT INTO fleet.device
        SELECT id + 4000, serial || '/1', model, depot_id, attrs, seen_at, comment
        FROM fleet.device WHERE id % 100 = 0 ORDER BY id
        """)),
    // Same plan: cost 209 -> 2,519, 12 times; rows 4,000 -> 60,000.
    PlantedRegression(
      name: "table fifteen times as large",
      query: "fleet_places",
      change: .sql(
        """
        INSERT INTO fleet.device
        SELECT id + 4000 * n, serial || '/' || n, model, depot_id, '{}', seen_at, comment
        FROM fleet.device, generate_series(1, 14) AS n ORDER BY n, id
        """),
      rule: "cost", severity: "fail", relation: nil, cause: "rows",
      twin: .sql("DELETE FROM fleet.device WHERE id % 100 = 50")),
    // Same Index Only Scan: cost 5.1 -> 325, 64 times; 168 -> 8,896 rows, blocks 3 -> 39.
    PlantedRegression(
      name: "an equality that became a range",
      query: "depot_scan_count",
      change: .text("SELECT count(*) FROM freight.scan_event WHERE depot_id >= 2 AND code = 'arrived'"),
      rule: "cost", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text("SELECT count(*) FROM freight.scan_event WHERE depot_id BETWEEN 2 AND 2 AND code = 'arrived'")),
  ]
}
