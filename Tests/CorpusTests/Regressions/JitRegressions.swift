extension PlantedRegression {
  /// Regressions that the rule `jit` finds.
  static let jit: [PlantedRegression] = [
    // Cost 3,184 -> 164,465, jit_above_cost 10,000; the GiST index inside gives way to Materialize of a Seq Scan.
    PlantedRegression(
      name: "cost beyond what JIT starts at, through the query's text",
      query: "tariff_of_parcels",
      change: .text(
        """
        SELECT t.zone, count(*) AS parcels, sum(t.cents) AS cents
        FROM freight."Parcel" AS p
        JOIN freight.tariff AS t ON lower(t.weight) <= p."weightG" AND upper(t.weight) > p."weightG"
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.zone
        """),
      rule: "jit", severity: "warn", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT t.zone, count(*) AS parcels, sum(t.cents) AS cents
        FROM freight."Parcel" AS p
        JOIN freight.tariff AS t ON p."weightG" <@ t.weight
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.zone
        """)),
    // Cost 643 -> 280,080, jit_above_cost 100,000 by default; a Seq Scan in each of 400 loops, blocks 838 -> 100,037.
    PlantedRegression(
      name: "cost beyond what JIT starts at, through a lost index",
      query: "hub_workload",
      change: .sql("DROP INDEX freight.scan_event_depot_code_idx"),
      rule: "jit", severity: "warn", relation: nil,
      cause: "index scan_event_depot_code_idx of freight.scan_event is gone",
      twin: .sql("REINDEX INDEX freight.scan_event_depot_code_idx")),
  ]
}
