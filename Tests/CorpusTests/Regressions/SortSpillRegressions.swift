extension PlantedRegression {
  /// Regressions that the rule `sort-spill` finds.
  static let sortSpill: [PlantedRegression] = [
    // quicksort, 1,875 kB in memory -> external merge, 1,032 kB on disk; temporary blocks 0 -> 259.
    PlantedRegression(
      name: "less memory for a sort",
      query: "parcel_list",
      change: .setting("work_mem", "1MB"),
      rule: "sort-spill", severity: "fail", relation: nil, cause: "work_mem",
      twin: .setting("work_mem", "4055kB")),
    // quicksort, 693 kB in memory -> external merge, 14,120 kB on disk; temporary blocks 0 -> 3,533.
    PlantedRegression(
      name: "a wide column is sorted along",
      query: "tracks_by_decade",
      change: .text("SELECT id, kind, vehicle_id, points FROM fleet.track ORDER BY kind % 10, recorded_at"),
      rule: "sort-spill", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text("SELECT vehicle_id, id, kind FROM fleet.track ORDER BY kind % 10 ASC NULLS LAST, recorded_at")),
    // quicksort, 1,875 kB in memory -> external merge, 4,992 kB on disk; blocks 339 -> 1,168, and 1,249 temporary.
    PlantedRegression(
      name: "texts grew",
      query: "parcel_list",
      change: .sql(#"UPDATE freight."Parcel" SET note = repeat(note, 8)"#),
      rule: "sort-spill", severity: "fail", relation: nil, cause: "pages",
      twin: .sql(#"ALTER TABLE freight."Parcel" ADD COLUMN "signedBy" text NOT NULL DEFAULT 'nobody'"#)),
  ]
}
