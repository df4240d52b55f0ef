extension PlantedRegression {
  /// Regressions that the rule `parallelism` finds.
  static let parallelism: [PlantedRegression] = [
    // Gather Merge, 2 workers planned -> no Gather; cost 511 -> 850.
    PlantedRegression(
      name: "no workers allowed",
      query: "scan_totals",
      change: .setting("max_parallel_workers_per_gather", "0"),
      rule: "parallelism", severity: "warn", relation: nil, cause: "max_parallel_workers_per_gather",
      twin: .setting("max_parallel_workers_per_gather", "3")),
    // Gather Merge, 2 workers planned -> no Gather; cost 511 -> 8,351.
    PlantedRegression(
      name: "function that is not parallel safe",
      query: "scan_totals",
      change: .text(
        """
        SELECT freight.code_name(code) AS code, count(*), avg(handler), max(at) FROM freight.scan_event GROUP BY 1
        """),
      rule: "parallelism", severity: "warn", relation: nil, cause: "the query's text",
      twin: .text("SELECT code, count(*) AS scans, avg(handler), max(at) FROM freight.scan_event AS e GROUP BY 1")),
    // Workers planned 2 -> 3; cost 511 -> 1,342, blocks 266 -> 774.
    PlantedRegression(
      name: "enough rows for one more worker",
      query: "scan_totals",
      change: .sql(
        """
        INSERT INTO freight.scan_event
        SELECT id + 30000 * n, parcel_id, depot_id, code, handler, at
        FROM freight.scan_event, generate_series(1, 2) AS n ORDER BY n, id
        """),
      rule: "parallelism", severity: "warn", relation: nil, cause: "rows",
      twin: .sql(
        """
        INSERT INTO freight.scan_event
        SELECT id + 30000, parcel_id, depot_id, code, handler, at FROM freight.scan_event WHERE id % 100 = 0 ORDER BY id
        """)),
  ]
}
