extension PlantedRegression {
  /// Regressions that the rule `nested-loop` finds.
  static let nestedLoop: [PlantedRegression] = [
    // 11,712 outer rows: Index Scan inside -> Materialize of a Seq Scan of 600 rows; cost 3,184 -> 106,425.
    PlantedRegression(
      name: "GiST index inside a nested loop dropped",
      query: "tariff_of_parcels",
      change: .sql("DROP INDEX freight.tariff_weight_idx"),
      rule: "nested-loop", severity: "fail", relation: nil, cause: "index tariff_weight_idx of freight.tariff is gone",
      twin: .sql("ALTER INDEX freight.tariff_weight_idx RENAME TO tariff_by_weight")),
    // Hash Join -> Nested Loop, 11,712 outer rows, Materialize of a Seq Scan inside; cost 602 -> 141,927.
    PlantedRegression(
      name: "equality that no hash can serve",
      query: "parcel_class",
      change: .text(
        """
        SELECT t.cents, count(*) AS parcels
        FROM freight."Parcel" AS p
        JOIN freight.tariff AS t ON t.id IS NOT DISTINCT FROM 3 * (p."weightG" / 450)
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.cents
        """),
      rule: "nested-loop", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT count(*) AS parcels, t.cents
        FROM freight.tariff AS t
        JOIN freight."Parcel" AS p ON 3 * (p."weightG" / 450) = t.id
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.cents
        """)),
  ]
}
