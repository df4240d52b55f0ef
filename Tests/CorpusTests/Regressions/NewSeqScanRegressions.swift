extension PlantedRegression {
  /// Regressions that the rule `new-seq-scan` finds.
  static let newSeqScan: [PlantedRegression] = [
    // Init Plan with a Seq Scan of 164 pages; cost 270 -> 535, blocks 248 -> 412.
    PlantedRegression(
      name: "view reads one more table",
      query: "open_parcels",
      change: .sql(
        """
        CREATE OR REPLACE VIEW freight.open_parcel AS
        SELECT p.id, p.tracking, p."customerId", p.status, p."shippedAt", c.name AS customer_name
        FROM freight."Parcel" AS p
        JOIN freight.customer AS c ON c.id = p."customerId"
        WHERE p.status <> 'delivered' AND p."weightG" <= 200 * (SELECT max(b.cents) FROM freight.booking AS b)
        """),
      rule: "new-seq-scan", severity: "warn", relation: "freight.booking", cause: "freight.open_parcel",
      twin: .sql(
        """
        CREATE OR REPLACE VIEW freight.open_parcel AS
        SELECT p.id, p.tracking, p."customerId", p.status, p."shippedAt", c.name AS customer_name, c.city
        FROM freight.customer AS c
        JOIN freight."Parcel" AS p ON p."customerId" = c.id
        WHERE NOT p.status = 'delivered'
        """)),
    // Init Plan with a Seq Scan that ends at its first row; cost 8.1 -> 18.4, blocks 8 -> 9.
    PlantedRegression(
      name: "row-security policy reads one more table",
      query: "carrier_invoices",
      change: .sql(
        """
        ALTER POLICY own_carrier ON freight.invoice USING (
          carrier_id = current_setting('app.carrier')::integer
          AND EXISTS (SELECT FROM freight.depot WHERE kind = 'hub' AND name <> ''))
        """),
      rule: "new-seq-scan", severity: "warn", relation: "freight.depot", cause: "policy removed from freight.invoice",
      twin: .sql("GRANT INSERT, UPDATE ON freight.invoice TO dispatcher")),
    // Init Plan with a Seq Scan of 149 pages; cost 140 -> 349, blocks 129 -> 278.
    PlantedRegression(
      name: "query counts one more table",
      query: "parcels_by_tags",
      change: .text(
        """
        SELECT p.id, p.tracking, (SELECT count(*) FROM fleet.device WHERE comment <> '') AS devices
        FROM freight."Parcel" AS p WHERE p.tags @> ARRAY['fragile']
        """),
      rule: "new-seq-scan", severity: "warn", relation: "fleet.device", cause: "the query's text",
      twin: .text(#"SELECT id, tracking, tags FROM freight."Parcel" WHERE tags @> '{fragile}'::text[]"#)),
  ]
}
