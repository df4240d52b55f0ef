extension PlantedRegression {
  /// Regressions that the rule `subplan-per-row` finds.
  static let subplanPerRow: [PlantedRegression] = [
    // Hashed SubPlan, 1 loop -> SubPlan with Materialize, 1,969 loops; cost 348 -> 305,582, temporary blocks 23,628.
    PlantedRegression(
      name: "NOT IN too large for its hash table",
      query: "parcels_never_scanned",
      change: .setting("work_mem", "64kB"),
      rule: "subplan-per-row", severity: "fail", relation: nil, cause: "work_mem",
      twin: .setting("work_mem", "4136kB")),
    // Merge Join -> SubPlan, 3,000 loops; cost 519 -> 4,327, blocks 248 -> 6,038.
    PlantedRegression(
      name: "join written as a subquery for each row",
      query: "depot_workload",
      change: .text(
        """
        SELECT d.id, d.name,
          (SELECT count(*) FROM freight.scan_event AS e WHERE e.depot_id = d.id AND e.code = 'damaged') AS scans
        FROM freight.depot AS d
        """),
      rule: "subplan-per-row", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT d.id, d.name, count(e.id) AS scans
        FROM freight.scan_event AS e
        RIGHT JOIN freight.depot AS d ON d.id = e.depot_id AND e.code = 'damaged'
        GROUP BY d.id
        """)),
    // SubPlan 400 -> 1,200 loops, three times as many; blocks 838 -> 2,447.
    PlantedRegression(
      name: "a subquery runs for more rows",
      query: "hub_workload",
      change: .sql("UPDATE freight.depot SET kind = 'depot' WHERE id BETWEEN 401 AND 1200"),
      rule: "subplan-per-row", severity: "warn", relation: nil, cause: nil,
      twin: .sql("UPDATE freight.depot SET kind = 'depot' WHERE id BETWEEN 401 AND 405")),
  ]
}
