extension PlantedRegression {
  /// Regressions that the rule `hash-spill` finds.
  static let hashSpill: [PlantedRegression] = [
    // Hash Batches 1 -> 4; temporary blocks 0 -> 228.
    PlantedRegression(
      name: "less memory for a hash table",
      query: "parcels_by_country",
      change: .setting("work_mem", "128kB"),
      rule: "hash-spill", severity: "fail", relation: nil, cause: "work_mem",
      twin: .setting("work_mem", "404kB")),
    // Hash Batches 1 -> 2; temporary blocks 0 -> 230.
    PlantedRegression(
      name: "a wide column in the hash table",
      query: "parcels_by_country",
      change: .text(
        """
        SELECT c.country, p.status, count(*), max(c.remarks) AS remarks, max(c.email) AS email
        FROM freight."Parcel" AS p
        JOIN freight.customer AS c ON c.id = p."customerId"
        GROUP BY c.country, p.status
        """),
      rule: "hash-spill", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT p.status, c.country, count(*) AS parcels
        FROM freight.customer AS c
        INNER JOIN freight."Parcel" AS p ON p."customerId" = c.id
        GROUP BY p.status, c.country
        """)),
    // HashAgg Batches 1 -> 5, 1,576 kB on disk; cost 1,371 -> 3,078.
    PlantedRegression(
      name: "less memory for a hash aggregate",
      query: "parcels_per_note",
      change: .setting("hash_mem_multiplier", "1"),
      rule: "hash-spill", severity: "fail", relation: nil, cause: "hash_mem_multiplier",
      twin: .setting("hash_mem_multiplier", "1.98")),
    // HashAgg Batches 1 -> 5, 3,336 kB on disk; 30,000 -> 60,000 groups; blocks 546 -> 1,096.
    PlantedRegression(
      name: "twice the groups of a hash aggregate",
      query: "parcels_per_note",
      change: .sql(
        """
        INSERT INTO freight."Parcel"
        SELECT id + 30000, tracking || '+', "customerId", "depotId", status, "weightG", tags,
          "shippedAt" + interval '313 days', '+' || note
        FROM freight."Parcel" ORDER BY id
        """),
      rule: "hash-spill", severity: "fail", relation: nil, cause: "rows",
      twin: .sql(
        """
        INSERT INTO freight."Parcel"
        SELECT id + 30000, tracking || '+', "customerId", "depotId", status, "weightG", tags,
          timestamptz '2025-11-09 12:00:00+00' + (id / 100) * interval '15 minutes', '+' || note
        FROM freight."Parcel" WHERE id % 100 = 0 ORDER BY id
        """)),
  ]
}
