extension PlantedRegression {
  /// Regressions that the rule `row-estimate` finds.
  static let rowEstimate: [PlantedRegression] = [
    // Seq Scan both times: estimated 1,218 rows, got 1,218 -> estimated 51, off by 23.9.
    PlantedRegression(
      name: "extended statistics dropped",
      query: "customers_of_place@capital",
      change: .sql("DROP STATISTICS freight.customer_place"),
      rule: "row-estimate", severity: "fail", relation: "freight.customer",
      cause: "customer_place of freight.customer are gone",
      twin: .sql("ALTER STATISTICS freight.customer_place RENAME TO customer_location")),
    // Seq Scan both times: estimated 1,218 rows, got 1,218 -> estimated 40 (0.5 %), off by 30.4.
    PlantedRegression(
      name: "columns compared as one text",
      query: "customers_of_place@capital",
      change: .text(
        """
        SELECT id, name, joined_on
        FROM freight.customer
        WHERE concat_ws('/', country, city, zone) = concat_ws('/', :country::text, :city::text, :zone::text)
        """),
      rule: "row-estimate", severity: "fail", relation: "freight.customer", cause: "the query's text",
      twin: .text(
        """
        SELECT c.id, c.name, c.joined_on FROM freight.customer AS c
        WHERE (c.zone, c.city, c.country) = (:zone, :city, :country)
        """)),
    // Seq Scan both times: estimated 1 row, got 0 -> estimated 1, got 158.
    PlantedRegression(
      name: "two columns that were independent now go together",
      query: "lost_at_depot",
      change: .sql(#"UPDATE freight."Parcel" SET "depotId" = 900 WHERE status = 'lost'"#),
      rule: "row-estimate", severity: "fail", relation: "freight.Parcel", cause: nil,
      twin: .sql(#"UPDATE freight."Parcel" SET "depotId" = 900 WHERE id % 200 = 0"#)),
  ]
}
