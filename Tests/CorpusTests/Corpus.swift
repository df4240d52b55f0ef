import JSON
import PlanCore

// Planted regressions: a change to the database of `Corpus`, to a query or to its session, and the findings expected
// from plangate. The expectations come from PostgreSQL: each was observed in EXPLAIN (ANALYZE, BUFFERS, VERBOSE) before
// and after, on a database that was vacuumed and analyzed in full, as plangate does it. The comment beside an entry
// gives the observation on 15; the figures of 16 and 18 differ slightly.

/// A change that makes a plan worse, or a harmless one in the same place.
struct PlantedRegression: Sendable {
  enum Change: Sendable {
    /// SQL that a superuser runs on a clone of the seeded database, followed by VACUUM and ANALYZE.
    ///
    /// A VACUUM is separate; everything else can run in one transaction.
    case sql(String)
    /// A text to replace in the query.
    case text(String)
    /// A setting of the session, replaced or added.
    case setting(String, String)
  }

  /// A name in plain words.
  let name: String
  /// The query as in the manifest, with the case if there are several: `query@case`.
  let query: String
  let change: Change
  /// The rule that must fire.
  let rule: String
  /// The severity of its finding: `fail` or `warn`.
  let severity: String
  /// The relation that the finding must name, `schema.relation`; nil for a join or a whole plan.
  let relation: String?
  /// A text that one of the causes must contain.
  ///
  /// Nil if only rows and their order changed, and no fact of a definition, the query's text or its session.
  let cause: String?
  /// A harmless change.
  ///
  /// Whether no case of the corpus may fail after the change.
  let twin: Change
  /// The server majors on which this is a regression; nil for all.
  var majors: [ServerMajor]? = nil
}

extension PlantedRegression {
  static let all: [PlantedRegression] =
    seqScans + estimates + newSeqScans + costs + lostConditions + buffers + spills + rowsRemoved + loops + partitions
    + indexUse + shapes

  // MARK: seq-scan

  static let seqScans: [PlantedRegression] = [
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

  // MARK: row-estimate

  static let estimates: [PlantedRegression] = [
    // Seq Scan both times: estimated 1,218 rows, got 1,218 -> estimated 51, off by 23.9.
    PlantedRegression(
      name: "extended statistics dropped",
      query: "customers_of_place@capital",
      change: .sql("DROP STATISTICS freight.customer_place"),
      rule: "row-estimate", severity: "fail", relation: "freight.customer",
      cause: "customer_place of freight.customer are gone",
      twin: .sql("ALTER STATISTICS freight.customer_place RENAME TO customer_location")),
    // Seq Scan both times: estimated 1,218 rows, got 1,218 -> estimated 40 (0.5 %), off by 30.4.
    PlantedRegression(
      name: "columns compared as one text",
      query: "customers_of_place@capital",
      change: .text(
        """
        SELECT id, name, joined_on
        FROM freight.customer
        WHERE concat_ws('/', country, city, zone) = concat_ws('/', :country::text, :city::text, :zone::text)
        """),
      rule: "row-estimate", severity: "fail", relation: "freight.customer", cause: "the query's text",
      twin: .text(
        """
        SELECT c.id, c.name, c.joined_on FROM freight.customer AS c
        WHERE (c.zone, c.city, c.country) = (:zone, :city, :country)
        """)),
    // Seq Scan both times: estimated 1 row, got 0 -> estimated 1, got 158.
    PlantedRegression(
      name: "two columns that were independent now go together",
      query: "lost_at_depot",
      change: .sql(#"UPDATE freight."Parcel" SET "depotId" = 900 WHERE status = 'lost'"#),
      rule: "row-estimate", severity: "fail", relation: "freight.Parcel", cause: nil,
      twin: .sql(#"UPDATE freight."Parcel" SET "depotId" = 900 WHERE id % 200 = 0"#)),
  ]

  // MARK: new-seq-scan

  static let newSeqScans: [PlantedRegression] = [
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

  // MARK: cost

  static let costs: [PlantedRegression] = [
    // Same plan: cost 209 -> 625, 3.0 times; blocks 149 -> 445.
    PlantedRegression(
      name: "table three times as large",
      query: "fleet_places",
      change: .sql(
        """
        INSERT INTO fleet.device
        SELECT id + 4000 * n, serial || '/' || n, model, depot_id, attrs, seen_at, comment
        FROM fleet.device, generate_series(1, 2) AS n ORDER BY n, id
        """),
      rule: "cost", severity: "warn", relation: nil, cause: "rows",
      twin: .sql(
        """
        INSERT INTO fleet.device
        SELECT id + 4000, serial || '/1', model, depot_id, attrs, seen_at, comment
        FROM fleet.device WHERE id % 100 = 0 ORDER BY id
        """)),
    // Same plan: cost 209 -> 2,519, 12 times; rows 4,000 -> 60,000.
    PlantedRegression(
      name: "table fifteen times as large",
      query: "fleet_places",
      change: .sql(
        """
        INSERT INTO fleet.device
        SELECT id + 4000 * n, serial || '/' || n, model, depot_id, '{}', seen_at, comment
        FROM fleet.device, generate_series(1, 14) AS n ORDER BY n, id
        """),
      rule: "cost", severity: "fail", relation: nil, cause: "rows",
      twin: .sql("DELETE FROM fleet.device WHERE id % 100 = 50")),
    // Same Index Only Scan: cost 5.1 -> 325, 64 times; 168 -> 8,896 rows, blocks 3 -> 39.
    PlantedRegression(
      name: "an equality that became a range",
      query: "depot_scan_count",
      change: .text("SELECT count(*) FROM freight.scan_event WHERE depot_id >= 2 AND code = 'arrived'"),
      rule: "cost", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text("SELECT count(*) FROM freight.scan_event WHERE depot_id BETWEEN 2 AND 2 AND code = 'arrived'")),
  ]

  // MARK: index-cond-lost

  static let lostConditions: [PlantedRegression] = [
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

  // MARK: buffers

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

  // MARK: sort-spill, hash-spill

  static let spills: [PlantedRegression] = [
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

  // MARK: rows-removed

  static let rowsRemoved: [PlantedRegression] = [
    // 108 rows removed for 2 returned (54 for each) -> 11,989 (5,995 for each); blocks 66 -> 276.
    PlantedRegression(
      name: "second column of the index wrapped in a function",
      query: "damaged_at_depot",
      change: .text(
        """
        SELECT id, parcel_id, at FROM freight.scan_event
        WHERE depot_id = :depot AND upper(code) = 'DAMAGED' AND extract(hour FROM at) = 3
        """),
      rule: "rows-removed", severity: "fail", relation: "freight.scan_event", cause: "the query's text",
      twin: .text(
        """
        SELECT id, parcel_id, at FROM freight.scan_event
        WHERE date_part('hour', at) = 3 AND (depot_id, code) = (:depot, 'damaged')
        """)),
    // 8,052 rows removed for 12 (671 for each) -> 14,005 for 11 (1,273 for each): over 10,000, not 10 times as bad.
    PlantedRegression(
      name: "a wider window in front of a filter",
      query: "heavy_parcels",
      change: .text(
        """
        SELECT id, tracking, "weightG" FROM freight."Parcel"
        WHERE "shippedAt" >= timestamptz '2025-01-05 00:00:00+00' AND "shippedAt" < timestamptz '2025-05-31 00:00:00+00'
          AND "weightG" > 88950
        """),
      rule: "rows-removed", severity: "warn", relation: "freight.Parcel", cause: "the query's text",
      twin: .text(
        """
        SELECT id, tracking, "weightG" FROM freight."Parcel"
        WHERE "shippedAt" >= timestamptz '2025-01-05 00:00:00+00' AND "shippedAt" < timestamptz '2025-03-31 00:00:00+00'
          AND "weightG" > 88900
        """)),
    // 8,052 rows removed for 12 (671 for each) -> 24,052 for 12 (2,004 for each); blocks 188 -> 15,058.
    PlantedRegression(
      name: "more rows that a filter throws away",
      query: "heavy_parcels",
      change: .sql(
        """
        INSERT INTO freight."Parcel"
        SELECT 30000 + n, 'X' || n, 1 + n % 8000, 1 + n % 3000, 'delivered', 500, '{}',
          timestamptz '2025-01-06 00:00:00+00' + n * interval '7 minutes', 'light ' || n
        FROM generate_series(1, 16000) AS n ORDER BY n
        """),
      rule: "rows-removed", severity: "warn", relation: "freight.Parcel", cause: "rows",
      twin: .sql(#"CREATE INDEX "Parcel_lost_idx" ON freight."Parcel" ("weightG") WHERE status = 'lost'"#)),
  ]

  // MARK: nested-loop, subplan-per-row

  static let loops: [PlantedRegression] = [
    // 11,712 outer rows: Index Scan inside -> Materialize of a Seq Scan of 600 rows; cost 3,184 -> 106,425.
    PlantedRegression(
      name: "GiST index inside a nested loop dropped",
      query: "tariff_of_parcels",
      change: .sql("DROP INDEX freight.tariff_weight_idx"),
      rule: "nested-loop", severity: "fail", relation: nil, cause: "index tariff_weight_idx of freight.tariff is gone",
      twin: .sql("ALTER INDEX freight.tariff_weight_idx RENAME TO tariff_by_weight")),
    // Hash Join -> Nested Loop, 11,712 outer rows, Materialize of a Seq Scan inside; cost 602 -> 141,927.
    PlantedRegression(
      name: "equality that no hash can serve",
      query: "parcel_class",
      change: .text(
        """
        SELECT t.cents, count(*) AS parcels
        FROM freight."Parcel" AS p
        JOIN freight.tariff AS t ON t.id IS NOT DISTINCT FROM 3 * (p."weightG" / 450)
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.cents
        """),
      rule: "nested-loop", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT count(*) AS parcels, t.cents
        FROM freight.tariff AS t
        JOIN freight."Parcel" AS p ON 3 * (p."weightG" / 450) = t.id
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.cents
        """)),
    // Hashed SubPlan, 1 loop -> SubPlan with Materialize, 1,969 loops; cost 348 -> 305,582, temporary blocks 23,628.
    PlantedRegression(
      name: "NOT IN too large for its hash table",
      query: "parcels_never_scanned",
      change: .setting("work_mem", "64kB"),
      rule: "subplan-per-row", severity: "fail", relation: nil, cause: "work_mem",
      twin: .setting("work_mem", "4136kB")),
    // Merge Join -> SubPlan, 3,000 loops; cost 519 -> 4,327, blocks 248 -> 6,038.
    PlantedRegression(
      name: "join written as a subquery for each row",
      query: "depot_workload",
      change: .text(
        """
        SELECT d.id, d.name,
          (SELECT count(*) FROM freight.scan_event AS e WHERE e.depot_id = d.id AND e.code = 'damaged') AS scans
        FROM freight.depot AS d
        """),
      rule: "subplan-per-row", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT d.id, d.name, count(e.id) AS scans
        FROM freight.scan_event AS e
        RIGHT JOIN freight.depot AS d ON d.id = e.depot_id AND e.code = 'damaged'
        GROUP BY d.id
        """)),
    // SubPlan 400 -> 1,200 loops, three times as many; blocks 838 -> 2,447.
    PlantedRegression(
      name: "a subquery runs for more rows",
      query: "hub_workload",
      change: .sql("UPDATE freight.depot SET kind = 'depot' WHERE id BETWEEN 401 AND 1200"),
      rule: "subplan-per-row", severity: "warn", relation: nil, cause: nil,
      twin: .sql("UPDATE freight.depot SET kind = 'depot' WHERE id BETWEEN 401 AND 405")),
  ]

  // MARK: partition-pruning

  static let partitions: [PlantedRegression] = [
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

  // MARK: index-only-heap-fetches, lossy-bitmap, index-changed

  static let indexUse: [PlantedRegression] = [
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

  // MARK: join-changed, jit, parallelism, plan-changed

  static let shapes: [PlantedRegression] = [
    // Nested Loop, 37 outer rows -> Hash Join, 1,287 of them, with a Seq Scan of customer; cost 75 -> 913.
    PlantedRegression(
      name: "too many rows for a nested loop",
      query: "held_parcels",
      change: .sql(#"UPDATE freight."Parcel" SET status = 'held' WHERE id % 3 = 0"#),
      rule: "join-changed", severity: "warn", relation: nil, cause: nil,
      twin: .sql(#"UPDATE freight."Parcel" SET status = 'held' WHERE id % 30000 = 77"#)),
    // Hash Join -> Merge Join of two Index Scans; cost 2,075 -> 2,336, blocks 796 -> 30,490.
    PlantedRegression(
      name: "hash joins switched off",
      query: "scans_of_parcels",
      change: .setting("enable_hashjoin", "off"),
      rule: "join-changed", severity: "warn", relation: nil, cause: "enable_hashjoin",
      twin: .setting("cpu_operator_cost", "0.002525")),
    // Nested Loop -> Hash Join with a Seq Scan of customer; cost 75 -> 354, blocks 138 -> 197.
    PlantedRegression(
      name: "primary key dropped",
      query: "held_parcels",
      change: .sql("ALTER TABLE freight.customer DROP CONSTRAINT customer_pkey"),
      rule: "join-changed", severity: "warn", relation: nil, cause: "index customer_pkey of freight.customer is gone",
      twin: .sql("ALTER TABLE freight.customer RENAME CONSTRAINT customer_pkey TO customer_key")),
    // Cost 3,184 -> 164,465, jit_above_cost 10,000; the GiST index inside gives way to Materialize of a Seq Scan.
    PlantedRegression(
      name: "cost beyond what JIT starts at, through the query's text",
      query: "tariff_of_parcels",
      change: .text(
        """
        SELECT t.zone, count(*) AS parcels, sum(t.cents) AS cents
        FROM freight."Parcel" AS p
        JOIN freight.tariff AS t ON lower(t.weight) <= p."weightG" AND upper(t.weight) > p."weightG"
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.zone
        """),
      rule: "jit", severity: "warn", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT t.zone, count(*) AS parcels, sum(t.cents) AS cents
        FROM freight."Parcel" AS p
        JOIN freight.tariff AS t ON p."weightG" <@ t.weight
        WHERE p."shippedAt" >= timestamptz '2025-03-01 00:00:00+00'
          AND p."shippedAt" < timestamptz '2025-07-01 00:00:00+00'
        GROUP BY t.zone
        """)),
    // Cost 643 -> 280,080, jit_above_cost 100,000 by default; a Seq Scan in each of 400 loops, blocks 838 -> 100,037.
    PlantedRegression(
      name: "cost beyond what JIT starts at, through a lost index",
      query: "hub_workload",
      change: .sql("DROP INDEX freight.scan_event_depot_code_idx"),
      rule: "jit", severity: "warn", relation: nil,
      cause: "index scan_event_depot_code_idx of freight.scan_event is gone",
      twin: .sql("REINDEX INDEX freight.scan_event_depot_code_idx")),
    // Gather Merge, 2 workers planned -> no Gather; cost 511 -> 850.
    PlantedRegression(
      name: "no workers allowed",
      query: "scan_totals",
      change: .setting("max_parallel_workers_per_gather", "0"),
      rule: "parallelism", severity: "warn", relation: nil, cause: "max_parallel_workers_per_gather",
      twin: .setting("max_parallel_workers_per_gather", "3")),
    // Gather Merge, 2 workers planned -> no Gather; cost 511 -> 8,351.
    PlantedRegression(
      name: "function that is not parallel safe",
      query: "scan_totals",
      change: .text(
        """
        SELECT freight.code_name(code) AS code, count(*), avg(handler), max(at) FROM freight.scan_event GROUP BY 1
        """),
      rule: "parallelism", severity: "warn", relation: nil, cause: "the query's text",
      twin: .text("SELECT code, count(*) AS scans, avg(handler), max(at) FROM freight.scan_event AS e GROUP BY 1")),
    // Workers planned 2 -> 3; cost 511 -> 1,342, blocks 266 -> 774.
    PlantedRegression(
      name: "enough rows for one more worker",
      query: "scan_totals",
      change: .sql(
        """
        INSERT INTO freight.scan_event
        SELECT id + 30000 * n, parcel_id, depot_id, code, handler, at
        FROM freight.scan_event, generate_series(1, 2) AS n ORDER BY n, id
        """),
      rule: "parallelism", severity: "warn", relation: nil, cause: "rows",
      twin: .sql(
        """
        INSERT INTO freight.scan_event
        SELECT id + 30000, parcel_id, depot_id, code, handler, at FROM freight.scan_event WHERE id % 100 = 0 ORDER BY id
        """)),
    // Index Scan -> Index Only Scan; cost 2.5 -> 1.4: better, and another plan.
    PlantedRegression(
      name: "an index more, and the plan takes it",
      query: "customer_volume",
      change: .sql(
        """
        CREATE INDEX customer_volume_all_idx ON freight.customer_volume (customer_id) INCLUDE (city, parcels, grams)
        """),
      rule: "plan-changed", severity: "fail", relation: nil,
      cause: "index customer_volume_all_idx of freight.customer_volume is new",
      twin: .sql("CREATE INDEX customer_volume_city_idx ON freight.customer_volume (city)")),
    // Index Scan -> Sort over Index Scan.
    PlantedRegression(
      name: "a sort on top",
      query: "customer_volume",
      change: .text(
        "SELECT city, parcels, grams FROM freight.customer_volume WHERE customer_id = $1 ORDER BY parcels DESC, city"),
      rule: "plan-changed", severity: "fail", relation: nil, cause: "the query's text",
      twin: .text(
        """
        SELECT v.city, v.parcels, v.grams, v.customer_id /* the caller prints it */
        FROM freight.customer_volume AS v WHERE v.customer_id = $1
        """)),
    // Hash Join -> Merge Join; cost 324 -> 610, blocks 186 -> 196.
    PlantedRegression(
      name: "another join method",
      query: "device_depots",
      change: .setting("enable_hashjoin", "off"),
      rule: "plan-changed", severity: "fail", relation: nil, cause: "enable_hashjoin",
      twin: .setting("random_page_cost", "1.111")),
  ]
}
