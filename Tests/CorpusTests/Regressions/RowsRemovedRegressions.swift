extension PlantedRegression {
  /// Regressions that the rule `rows-removed` finds.
  static let rowsRemoved: [PlantedRegression] = [
    // 108 rows removed for 2 returned (54 for each) -> 11,989 (5,995 for each); blocks 66 -> 276.
    PlantedRegression(
      name: "second column of the index wrapped in a function",
      query: "damaged_at_depot",
      change: .text(
        """
        SELECT id, parcel_id, at FROM freight.scan_event
        WHERE depot_id = :depot AND upper(code) = 'DAMAGED' AND extract(hour FROM at) = 3
        """),
      rule: "rows-removed", severity: "fail", relation: "freight.scan_event", cause: "the query's text",
      twin: .text(
        """
        SELECT id, parcel_id, at FROM freight.scan_event
        WHERE date_part('hour', at) = 3 AND (depot_id, code) = (:depot, 'damaged')
        """)),
    // 8,052 rows removed for 12 (671 for each) -> 14,005 for 11 (1,273 for each): over 10,000, not 10 times as bad.
    PlantedRegression(
      name: "a wider window in front of a filter",
      query: "heavy_parcels",
      change: .text(
        """
        SELECT id, tracking, "weightG" FROM freight."Parcel"
        WHERE "shippedAt" >= timestamptz '2025-01-05 00:00:00+00' AND "shippedAt" < timestamptz '2025-05-31 00:00:00+00'
          AND "weightG" > 88950
        """),
      rule: "rows-removed", severity: "warn", relation: "freight.Parcel", cause: "the query's text",
      twin: .text(
        """
        SELECT id, tracking, "weightG" FROM freight."Parcel"
        WHERE "shippedAt" >= timestamptz '2025-01-05 00:00:00+00' AND "shippedAt" < timestamptz '2025-03-31 00:00:00+00'
          AND "weightG" > 88900
        """)),
    // 8,052 rows removed for 12 (671 for each) -> 24,052 for 12 (2,004 for each); blocks 188 -> 15,058.
    PlantedRegression(
      name: "more rows that a filter throws away",
      query: "heavy_parcels",
      change: .sql(
        """
        INSERT INTO freight."Parcel"
        SELECT 30000 + n, 'X' || n, 1 + n % 8000, 1 + n % 3000, 'delivered', 500, '{}',
          timestamptz '2025-01-06 00:00:00+00' + n * interval '7 minutes', 'light ' || n
        FROM generate_series(1, 16000) AS n ORDER BY n
        """),
      rule: "rows-removed", severity: "warn", relation: "freight.Parcel", cause: "rows",
      twin: .sql(#"CREATE INDEX "Parcel_lost_idx" ON freight."Parcel" ("weightG") WHERE status = 'lost'"#)),
  ]
}
