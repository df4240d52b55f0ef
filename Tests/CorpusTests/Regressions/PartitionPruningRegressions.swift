extension PlantedRegression {
  /// Regressions that the rule `partition-pruning` finds.
  static let partitionPruning: [PlantedRegression] = [
    // 1 -> 6 of 6 partitions; blocks 5 -> 30.
    PlantedRegression(
      name: "partition key cast to a date",
      query: "readings_of_device@typical",
      change: .text(
        """
        SELECT taken_at, celsius FROM fleet.reading
        WHERE device_id = :device AND taken_at::date >= :since::date AND taken_at::date < :until::date
        """),
      rule: "partition-pruning", severity: "fail", relation: "fleet.reading", cause: "the query's text",
      twin: .sql(
        """
        CREATE TABLE fleet.reading_2025_07 PARTITION OF fleet.reading
          FOR VALUES FROM ('2025-07-01') TO ('2025-08-01')
        """)),
    // 1 -> 8 of 8 partitions, each by a Seq Scan; blocks 9 -> 232.
    PlantedRegression(
      name: "calculation with the key of a hash partition",
      query: "pings_of_device",
      change: .text(
        """
        SELECT sent_at, signal FROM fleet.ping
        WHERE device_id + 0 = $1 AND sent_at >= timestamptz '2025-05-10 00:00:00+00'
        """),
      rule: "partition-pruning", severity: "fail", relation: "fleet.ping", cause: "the query's text",
      twin: .text(
        """
        SELECT p.sent_at, p.signal FROM fleet.ping AS p
        WHERE NOT p.sent_at < timestamptz '2025-05-10 00:00:00+00' AND p.device_id = $1
        """)),
    // 1 -> 8 of 8 partitions, each by its index; blocks 9 -> 23.
    PlantedRegression(
      name: "pruning of hash partitions switched off",
      query: "pings_of_device",
      change: .setting("enable_partition_pruning", "off"),
      rule: "partition-pruning", severity: "fail", relation: "fleet.ping", cause: "enable_partition_pruning",
      twin: .setting("cpu_tuple_cost", "0.0101")),
    // Same plan and cost; 2 -> 6 of 6 partitions ran; blocks 73 -> 81.
    PlantedRegression(
      name: "pruning while the query runs switched off",
      query: "readings_since_service",
      change: .setting("enable_partition_pruning", "off"),
      rule: "partition-pruning", severity: "fail", relation: "fleet.reading", cause: "enable_partition_pruning",
      twin: .text(
        """
        SELECT r.taken_at, r.volts FROM fleet.reading AS r
        WHERE r.taken_at >= (SELECT d.seen_at FROM fleet.device AS d WHERE d.id = 85) AND r.device_id = 7
        """)),
    // 1 -> 5 of 5 partitions; blocks 11 -> 64.
    PlantedRegression(
      name: "list partition key wrapped in a function",
      query: "alarms_of_region",
      change: .text("SELECT id, raised_at, message FROM fleet.alarm WHERE lower(region) = 'south' AND severity = 70"),
      rule: "partition-pruning", severity: "fail", relation: "fleet.alarm", cause: "the query's text",
      twin: .text("SELECT id, raised_at, message FROM fleet.alarm AS a WHERE region IN ('south') AND 70 = severity")),
    // 1 -> 3 of 3 children; blocks 11 -> 15.
    PlantedRegression(
      name: "constraint exclusion switched off",
      query: "trips_of_vehicle",
      change: .setting("constraint_exclusion", "off"),
      rule: "partition-pruning", severity: "fail", relation: "fleet.trip", cause: "constraint_exclusion",
      twin: .setting("constraint_exclusion", "on")),
    // 1 -> 2 of 3 children; blocks 11 -> 13.
    PlantedRegression(
      name: "CHECK constraint of an inheritance child dropped",
      query: "trips_of_vehicle",
      change: .sql("ALTER TABLE fleet.trip_2024 DROP CONSTRAINT trip_2024_started_at_check"),
      rule: "partition-pruning", severity: "fail", relation: "fleet.trip",
      cause: "constraint trip_2024_started_at_check of fleet.trip_2024 is gone",
      twin: .sql("ALTER TABLE fleet.trip_2024 RENAME CONSTRAINT trip_2024_started_at_check TO year_2024")),
  ]
}
