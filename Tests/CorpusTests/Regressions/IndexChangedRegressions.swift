extension PlantedRegression {
  /// Regressions that the rule `index-changed` finds.
  static let indexChanged: [PlantedRegression] = [
    // Same Index Cond through the wider index; cost 141 -> 145, blocks 123 -> 126.
    PlantedRegression(
      name: "the narrow one of two indexes dropped",
      query: "invoices_of_customers",
      change: .sql("DROP INDEX freight.invoice_customer_idx"),
      rule: "index-changed", severity: "warn", relation: "freight.invoice",
      cause: "index invoice_customer_idx of freight.invoice is gone",
      twin: .sql("DROP INDEX freight.invoice_customer_memo_idx")),
    // Index on held parcels -> index on all, 3,732 rows removed; cost 75 -> 256, blocks 138 -> 267.
    PlantedRegression(
      name: "condition that no longer implies the partial index",
      query: "held_parcels",
      change: .text(
        """
        SELECT p.tracking, p."shippedAt", c.name, c.email
        FROM freight."Parcel" AS p
        JOIN freight.customer AS c ON c.id = p."customerId"
        WHERE p.status IN ('held', 'lost') AND p."shippedAt" >= timestamptz '2025-10-01 00:00:00+00'
        """),
      rule: "index-changed", severity: "warn", relation: "freight.Parcel", cause: "the query's text",
      twin: .text(
        """
        SELECT box.tracking, box."shippedAt", sender.name, sender.email
        FROM freight.customer AS sender, freight."Parcel" AS box
        WHERE sender.id = box."customerId" AND box."shippedAt" >= timestamptz '2025-10-01 00:00:00+00'
          AND box.status = 'held'
        """)),
  ]
}
