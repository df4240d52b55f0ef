extension PlantedRegression {
  /// Regressions that the rule `buffers` finds.
  static let buffers: [PlantedRegression] = [
    // Same plan and cost: blocks 404 -> 1,194, 3.0 times.
    PlantedRegression(
      name: "rows that lay together are scattered",
      query: "tracks_of_fleet",
      change: .sql(
        """
        CREATE INDEX track_points_idx ON fleet.track (md5(points));
        CLUSTER fleet.track USING track_points_idx;
        DROP INDEX fleet.track_points_idx
        """),
      rule: "buffers", severity: "fail", relation: nil, cause: nil,
      twin: .sql("CLUSTER fleet.track USING track_pkey")),
    // Blocks 266 -> 882, 3.3 times, 250 -> 866 of them pages of the table; one worker more; cost 511 -> 1,063.
    PlantedRegression(
      name: "pages filled to 30 %",
      query: "scan_totals",
      change: .sql(
        """
        ALTER TABLE freight.scan_event SET (fillfactor = 30);
        CLUSTER freight.scan_event USING scan_event_pkey
        """),
      rule: "buffers", severity: "fail", relation: nil, cause: "pages",
      twin: .sql(
        """
        ALTER TABLE freight.scan_event SET (fillfactor = 99);
        CLUSTER freight.scan_event USING scan_event_pkey
        """)),
    // Same plan: blocks 796 -> 1,342, 1.7 times; pages of the table 546 -> 1,092; cost 2,075 -> 2,621.
    PlantedRegression(
      name: "table bloated by an update of all rows",
      query: "scans_of_parcels",
      change: .sql(#"UPDATE freight."Parcel" SET note = note"#),
      rule: "buffers", severity: "warn", relation: nil, cause: "pages",
      twin: .sql(#"UPDATE freight."Parcel" SET note = note WHERE id % 200 = 0"#)),
  ]
}
