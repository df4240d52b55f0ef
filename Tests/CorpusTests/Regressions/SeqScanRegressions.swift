extension PlantedRegression {
  /// Regressions that the rule `seq-scan` finds.
  static let seqScan: [PlantedRegression] = [
    // Index Scan -> Seq Scan; cost 2.5 -> 921, blocks 3 -> 546.
    PlantedRegression(
      name: "unique index dropped",
      query: "parcel_by_tracking",
      change: .sql(#"DROP INDEX freight."Parcel_tracking_idx""#),
      rule: "seq-scan", severity: "fail", relation: "freight.Parcel",
      cause: "index Parcel_tracking_idx of freight.Parcel is gone",
      twin: .sql(#"REINDEX TABLE freight."Parcel""#)),
    // Index Scan -> Seq Scan; cost 2.5 -> 996, blocks 3 -> 546; estimated 150 rows, got 1.
    PlantedRegression(
      name: "column wrapped in a function",
      query: "parcel_by_tracking",
      change: .text(#"SELECT id, "customerId", status FROM freight."Parcel" WHERE lower(tracking) = lower($1)"#),
      rule: "seq-scan", severity: "fail", relation: "freight.Parcel", cause: "the query's text",
      twin: .text(
        #"""
        -- what the customer types into the search field
        SELECT p.id, p."customerId", p.status
        FROM freight."Parcel" AS p
        WHERE p.tracking IN ($1)
        """#)),
    // Index Scan -> Seq Scan below the ModifyTable; cost 2.5 -> 996, blocks 75 -> 615.
    PlantedRegression(
      name: "the index of an UPDATE dropped",
      query: "parcel_close",
      change: .sql(#"DROP INDEX freight."Parcel_tracking_idx""#),
      rule: "seq-scan", severity: "fail", relation: "freight.Parcel",
      cause: "index Parcel_tracking_idx of freight.Parcel is gone",
      twin: .text(
        #"UPDATE freight."Parcel" AS p SET status = 'delivered' WHERE p.status <> 'delivered' AND p.tracking = $1"#)),
    // Index Scan -> Seq Scan; cost 2.5 -> 290, blocks 3 -> 170. The generic plan does the same.
    PlantedRegression(
      name: "expression index replaced by a plain one",
      query: "customer_by_email",
      change: .sql(
        """
        DROP INDEX freight.customer_email_lower_idx;
        CREATE INDEX customer_email_idx ON freight.customer (email)
        """),
      rule: "seq-scan", severity: "fail", relation: "freight.customer",
      cause: "index customer_email_lower_idx of freight.customer is gone",
      twin: .sql("CREATE INDEX customer_email_idx ON freight.customer (email)")),
    // Index Scan with ~>=~ and ~<~ -> Seq Scan; cost 2.5 -> 270, blocks 33 -> 173. The index has its name still.
    PlantedRegression(
      name: "operator class for LIKE lost when the index was made anew",
      query: "customers_named",
      change: .sql(
        """
        DROP INDEX freight.customer_name_idx;
        CREATE INDEX customer_name_idx ON freight.customer (name)
        """),
      rule: "seq-scan", severity: "fail", relation: "freight.customer",
      cause: "index customer_name_idx of freight.customer is now",
      twin: .sql("ALTER INDEX freight.customer_name_idx RENAME TO customer_by_name")),
    // Bitmap Heap Scan through GIN -> Seq Scan; cost 140 -> 1,221, blocks 129 -> 546.
    PlantedRegression(
      name: "array containment written with ANY",
      query: "parcels_by_tags",
      change: .text(#"SELECT id, tracking FROM freight."Parcel" WHERE 'fragile' = ANY (tags)"#),
      rule: "seq-scan", severity: "fail", relation: "freight.Parcel", cause: "the query's text",
      twin: .text(#"SELECT id, tracking FROM freight."Parcel" WHERE '{fragile}' <@ tags"#)),
    // Bitmap Heap Scan through GIN -> Seq Scan; cost 4.4 -> 249, blocks 11 -> 149.
    PlantedRegression(
      name: "JSON containment written with arrows",
      query: "devices_with_firmware",
      change: .text(
        "SELECT id, serial FROM fleet.device WHERE attrs ->> 'firmware' = '9.41' AND (attrs ->> 'modem')::integer = 2"),
      rule: "seq-scan", severity: "fail", relation: "fleet.device", cause: "the query's text",
      twin: .text(#"SELECT id, serial FROM fleet.device WHERE attrs @> '{"modem": 2, "firmware": "9.41"}'"#)),
    // Bitmap Heap Scan through GiST -> Seq Scan; cost 29 -> 324, blocks 27 -> 169; estimated 889 rows, got 26.
    PlantedRegression(
      name: "range overlap written with its bounds",
      query: "bookings_during",
      change: .text(
        """
        SELECT id, vehicle_id, during FROM freight.booking
        WHERE lower(during) < :until::timestamptz AND upper(during) > :since::timestamptz
        """),
      rule: "seq-scan", severity: "fail", relation: "freight.booking", cause: "the query's text",
      twin: .text(
        "SELECT b.id, b.vehicle_id, b.during FROM freight.booking AS b WHERE tstzrange(:since, :until) && b.during")),
    // Nested Loop, Index Scan of depot -> Hash Join, Seq Scan of it; cost 58 -> 140. Blocks fall, 128 -> 42.
    PlantedRegression(
      name: "foreign key column of another type than the key",
      query: "devices_of_batch",
      change: .sql("ALTER TABLE fleet.device ALTER COLUMN depot_id TYPE numeric"),
      rule: "seq-scan", severity: "fail", relation: "freight.depot", cause: "depot_id is now numeric",
      twin: .sql("ALTER TABLE fleet.device ALTER COLUMN model TYPE varchar(40)")),
    // Index Scan -> Seq Scan; cost 2.5 -> 146, blocks 3 -> 54.
    PlantedRegression(
      name: "index of a materialized view forgotten",
      query: "customer_volume",
      change: .sql("DROP INDEX freight.customer_volume_customer_idx"),
      rule: "seq-scan", severity: "fail", relation: "freight.customer_volume",
      cause: "index customer_volume_customer_idx of freight.customer_volume is gone",
      twin: .sql("REFRESH MATERIALIZED VIEW freight.customer_volume")),
    // Index Scan, 256 loops -> Seq Scan, 4 loops; cost 250 -> 829. Blocks fall, 554 -> 151.
    PlantedRegression(
      name: "index of a recursive query's step dropped",
      query: "depot_subtree",
      change: .sql("DROP INDEX freight.depot_parent_idx"),
      rule: "seq-scan", severity: "fail", relation: "freight.depot",
      cause: "index depot_parent_idx of freight.depot is gone",
      twin: .sql("CLUSTER freight.depot USING depot_pkey")),
    // Alias d: Index Scan -> Seq Scan; alias parent keeps its index; cost 5 -> 97, blocks 6 -> 41.
    PlantedRegression(
      name: "one side of a self-join loses its index",
      query: "depot_and_parent",
      change: .text(
        """
        SELECT d.name, parent.name AS parent_name
        FROM freight.depot AS d
        JOIN freight.depot AS parent ON parent.id = d.parent_id
        WHERE upper(d."geoCode") = upper($1)
        """),
      rule: "seq-scan", severity: "fail", relation: "freight.depot", cause: "the query's text",
      twin: .text(
        """
        SELECT child.name, above.name AS parent_name
        FROM freight.depot AS above, freight.depot AS child
        WHERE above.id = child.parent_id AND child."geoCode" = $1
        """)),
    // Bitmap Heap Scan -> Seq Scan of the one child that is read; cost 10 -> 102, blocks 11 -> 42.
    PlantedRegression(
      name: "one inheritance child without its index",
      query: "trips_of_vehicle",
      change: .sql("DROP INDEX fleet.trip_2025_vehicle_idx"),
      rule: "seq-scan", severity: "fail", relation: "fleet.trip_2025",
      cause: "index trip_2025_vehicle_idx of fleet.trip_2025 is gone",
      twin: .sql(
        """
        CREATE TABLE fleet.trip_2026 (CHECK (started_at >= '2026-01-01' AND started_at < '2027-01-01'))
          INHERITS (fleet.trip);
        CREATE INDEX trip_2026_vehicle_idx ON fleet.trip_2026 (vehicle_id, started_at)
        """)),
    // Bitmap Heap Scan -> Seq Scan of the one partition that is read; cost 12 -> 57, blocks 11 -> 32.
    PlantedRegression(
      name: "index of all partitions dropped",
      query: "alarms_of_region",
      change: .sql("DROP INDEX fleet.alarm_severity_raised_idx"),
      rule: "seq-scan", severity: "fail", relation: "fleet.alarm_south",
      cause: "index alarm_south_severity_raised_at_idx of fleet.alarm_south is gone",
      twin: .sql(
        """
        ALTER TABLE fleet.alarm DETACH PARTITION fleet.alarm_elsewhere;
        CREATE TABLE fleet.alarm_ferry (LIKE fleet.alarm_elsewhere INCLUDING ALL);
        INSERT INTO fleet.alarm_ferry SELECT * FROM fleet.alarm_elsewhere ORDER BY id;
        DROP TABLE fleet.alarm_elsewhere;
        ALTER TABLE fleet.alarm ATTACH PARTITION fleet.alarm_ferry FOR VALUES IN ('ferry');
        CREATE TABLE fleet.alarm_elsewhere PARTITION OF fleet.alarm DEFAULT
        """)),
  ]
}
