extension PlantedRegression {
  /// Regressions that the rule `index-only-heap-fetches` finds.
  static let indexOnlyHeapFetches: [PlantedRegression] = [
    // Index Only Scan -> Index Scan; cost 1.4 -> 2.5.
    PlantedRegression(
      name: "a column that the index does not hold",
      query: "device_seen",
      change: .text("SELECT seen_at, model FROM fleet.device WHERE serial = $1"),
      rule: "index-only-heap-fetches", severity: "warn", relation: "fleet.device", cause: "the query's text",
      twin: .text("SELECT serial, seen_at FROM fleet.device WHERE serial = $1")),
    // Index Only Scan -> Index Scan; cost 1.4 -> 2.5. The index has its name still.
    PlantedRegression(
      name: "index made anew without its included column",
      query: "device_seen",
      change: .sql(
        """
        DROP INDEX fleet.device_serial_idx;
        CREATE INDEX device_serial_idx ON fleet.device (serial)
        """),
      rule: "index-only-heap-fetches", severity: "warn", relation: "fleet.device",
      cause: "index device_serial_idx of fleet.device is now",
      twin: .sql(
        """
        DROP INDEX fleet.device_serial_idx;
        CREATE INDEX device_serial_idx ON fleet.device (serial) INCLUDE (seen_at, model)
        """)),
    // Heap Fetches 0 -> 336 of 168 rows: the UPDATE runs first and clears the bits of its pages.
    PlantedRegression(
      name: "rows updated by the statement that reads them",
      query: "depot_scan_count",
      change: .text(
        """
        WITH touched AS (
          UPDATE freight.scan_event SET handler = handler WHERE depot_id = 2 AND code = 'arrived' RETURNING depot_id
        )
        SELECT count(*) FROM freight.scan_event
        WHERE depot_id = (SELECT max(depot_id) FROM touched) AND code = 'arrived'
        """),
      rule: "index-only-heap-fetches", severity: "warn", relation: "freight.scan_event", cause: "the query's text",
      twin: .text(
        """
        WITH arrivals AS (SELECT depot_id FROM freight.scan_event WHERE code = 'arrived')
        SELECT count(*) FROM arrivals WHERE depot_id = 2
        """)),
  ]
}
