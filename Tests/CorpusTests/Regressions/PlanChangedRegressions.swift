extension PlantedRegression {
  /// Regressions that the rule `plan-changed` finds.
  static let planChanged: [PlantedRegression] = [
    // Index Scan -> Index Only Scan; cost 2.5 -> 1.4: better, and another plan.
    PlantedRegression(
      name: "an index more, and the plan takes it",
      query: "customer_volume",
      change: .sql(
        """
        CREATE INDEX customer_volume_all_idx ON freight.customer_volume (customer_id) INCLUDE (city, parcels, grams)
        """),
      rule: "plan-changed", severity: "fail", relation: nil,
      cause: "index customer_volume_all_idx of freight.customer_volume is new",
      twin: .sql("CREATE INDEX customer_volume_city_idx ON freight.customer_volume (city)")),
    // Index Scan -> Sort over Index Scan.
    PlantedRegression(
      name: "a sort on top",
      query: "customer_volume",
      change: .text(
        "SELECT city, parcels, grams FROM freight.customer_volume WHERE customer_id = $1 ORDER BY parcels DESC, city"),
      rule: "plan-changed", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT v.city, v.parcels, v.grams, v.customer_id /* the caller prints it */
        FROM freight.customer_volume AS v WHERE v.customer_id = $1
        """)),
    // Hash Join -> Merge Join; cost 324 -> 610, blocks 186 -> 196.
    PlantedRegression(
      name: "another join method",
      query: "device_depots",
      change: .setting("enable_hashjoin", "off"),
      rule: "plan-changed", severity: "fail", relation: nil, cause: "enable_hashjoin",
      twin: .setting("random_page_cost", "1.111")),
  ]
}
