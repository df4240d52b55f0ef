extension PlantedRegression {
  /// Regressions that the rule `index-cond-lost` finds.
  static let indexCondLost: [PlantedRegression] = [
    // Index Cond depot_id, code -> depot_id alone, of another index; removes 108 -> 11,989 rows; cost 48 -> 417.
    PlantedRegression(
      name: "two-column index replaced by one of its first column",
      query: "damaged_at_depot",
      change: .sql(
        """
        DROP INDEX freight.scan_event_depot_code_idx;
        CREATE INDEX scan_event_depot_idx ON freight.scan_event (depot_id)
        """),
      rule: "index-cond-lost", severity: "fail", relation: "freight.scan_event",
      cause: "index scan_event_depot_code_idx of freight.scan_event is gone",
      twin: .sql("CREATE INDEX scan_event_code_idx ON freight.scan_event (code) WHERE handler < 0")),
    // Index Cond handler, at, at -> handler; Index Scan -> Bitmap Heap Scan; cost 2.5 -> 252, blocks 3 -> 213.
    PlantedRegression(
      name: "a range on the second column written as date_trunc",
      query: "handler_shift",
      change: .text(
        """
        SELECT id, parcel_id, code FROM freight.scan_event
        WHERE handler = 12 AND date_trunc('day', at) = timestamptz '2025-03-01 00:00:00+00'
        """),
      rule: "index-cond-lost", severity: "fail", relation: "freight.scan_event", cause: "the query's text",
      twin: .text(
        """
        SELECT id, parcel_id, code FROM freight.scan_event
        WHERE at >= timestamptz '2025-02-28 23:00:00-01' AND at < timestamptz '2025-03-02 00:00:00+00' AND handler = 12
        """)),
    // Index Only Scan with an Index Cond -> without; removes 3,999 rows; cost 1.4 -> 104, blocks 3 -> 22.
    PlantedRegression(
      name: "index-only scan walks the whole index and filters",
      query: "device_seen",
      change: .text("SELECT seen_at FROM fleet.device WHERE upper(serial) = upper($1)"),
      rule: "index-cond-lost", severity: "fail", relation: "fleet.device", cause: "the query's text",
      twin: .text("SELECT d.seen_at AS last_seen FROM fleet.device AS d WHERE $1 = d.serial")),
    // Index Cond customerId, shippedAt -> shippedAt alone, of another index; cost 11 -> 18, blocks 10 -> 12.
    // The cost depends on chance: customer 1 is everywhere. Case typical becomes a Seq Scan, 5 -> 546 blocks.
    PlantedRegression(
      name: "index that serves only the ORDER BY takes over",
      query: "parcels_of_customer@whale",
      change: .sql(#"DROP INDEX freight."Parcel_customer_shipped_idx""#),
      rule: "index-cond-lost", severity: "fail", relation: "freight.Parcel",
      cause: "index Parcel_customer_shipped_idx of freight.Parcel is gone",
      twin: .sql(#"VACUUM FULL freight."Parcel""#)),
    // Index Cond carrier_id, issued_on -> issued_on, so the whole index is read; cost 8.1 -> 240, blocks 8 -> 32.
    PlantedRegression(
      name: "row-security policy casts the column",
      query: "carrier_invoices",
      change: .sql(
        """
        ALTER POLICY own_carrier ON freight.invoice USING (carrier_id::text = current_setting('app.carrier'))
        """),
      rule: "index-cond-lost", severity: "fail", relation: "freight.invoice",
      cause: "policy removed from freight.invoice",
      twin: .sql(
        """
        DROP POLICY own_carrier ON freight.invoice;
        CREATE POLICY own_carrier ON freight.invoice FOR SELECT TO dispatcher
          USING (carrier_id = current_setting('app.carrier')::integer)
        """)),
    // Index Cond vehicle_id, then Sort -> no Index Cond, no Sort; cost 232 -> 3.3, but blocks 171 -> 5,616.
    PlantedRegression(
      name: "a new index in the order of the LIMIT lures the planner",
      query: "cheapest_bookings",
      change: .sql("CREATE INDEX booking_cents_idx ON freight.booking (cents)"),
      rule: "index-cond-lost", severity: "fail", relation: "freight.booking",
      cause: "index booking_cents_idx of freight.booking is new",
      twin: .sql("CREATE INDEX booking_memo_idx ON freight.booking (memo)")),
  ]
}
