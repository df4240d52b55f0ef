extension PlantedRegression {
  /// Regressions that the rule `lossy-bitmap` finds.
  static let lossyBitmap: [PlantedRegression] = [
    // Lossy Heap Blocks 0 -> 521 of 1,183; cost 1,219 -> 1,272.
    PlantedRegression(
      name: "bitmap larger than its memory",
      query: "tracks_of_kinds",
      change: .setting("work_mem", "64kB"),
      rule: "lossy-bitmap", severity: "warn", relation: "fleet.track", cause: "work_mem",
      twin: .text(
        "SELECT t.id, t.vehicle_id, length(t.points) AS points FROM fleet.track AS t WHERE kind >= 10 AND kind <= 29")),
    // Lossy Heap Blocks 0 -> 1,035; blocks 404 -> 1,611. The UPDATE doubles the pages.
    PlantedRegression(
      name: "bitmap of scattered rows larger than its memory",
      query: "tracks_of_fleet_small",
      change: .sql("UPDATE fleet.track SET labels = ARRAY['fleet ' || id % 5, labels[2]]"),
      rule: "lossy-bitmap", severity: "warn", relation: "fleet.track", cause: "pages",
      twin: .sql("VACUUM FULL fleet.track")),
    // Index Scan -> Bitmap Heap Scan, Lossy Heap Blocks 0 -> 256; cost 264 -> 864. The index has its name still.
    PlantedRegression(
      name: "B-tree replaced by BRIN",
      query: "tracks_of_weeks",
      change: .sql(
        """
        DROP INDEX fleet.track_recorded_idx;
        CREATE INDEX track_recorded_idx ON fleet.track USING brin (recorded_at) WITH (pages_per_range = 16)
        """),
      rule: "lossy-bitmap", severity: "warn", relation: "fleet.track",
      cause: "index track_recorded_idx of fleet.track is now",
      twin: .sql(
        """
        DROP INDEX fleet.track_recorded_idx;
        CREATE INDEX track_recorded_idx ON fleet.track (recorded_at) WITH (fillfactor = 100)
        """)),
  ]
}
