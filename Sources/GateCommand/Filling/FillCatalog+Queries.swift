extension FillCatalog {
  private static let wantedTables = """
    SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
    """

  /// Tables and partitioned tables, apart from those of extensions.
  static let tablesQuery = wantedTables + " ORDER BY n.nspname, c.relname"

  /// Columns, with the sequence behind a default where nothing else uses it and it counts 1, 2, 3.
  static let columnsQuery = """
    WITH tables AS (\(wantedTables)), sequences AS (
      SELECT a.attrelid, a.attnum, s.seqrelid, s.seqincrement = 1 AND s.seqstart = 1 AND s.seqmin = 1
        AND s.seqtypid <> 0 AS is_plain
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
        AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'i'
      JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid
      UNION
      SELECT ad.adrelid, ad.adnum, s.seqrelid, s.seqincrement = 1 AND s.seqstart = 1 AND s.seqmin = 1
        AND (SELECT count(*) FROM pg_catalog.pg_depend o
          JOIN pg_catalog.pg_attrdef od ON od.oid = o.objid
          JOIN pg_catalog.pg_class oc ON oc.oid = od.adrelid AND NOT oc.relispartition
          WHERE o.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
            AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.refobjid = s.seqrelid) = 1
      FROM pg_catalog.pg_attrdef ad
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = ad.oid
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.refobjid
    )
    SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.atttypmod,
      pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
      CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
      CASE WHEN s.is_plain THEN s.seqrelid::pg_catalog.regclass::text END, s.seqrelid IS NOT NULL
    FROM pg_catalog.pg_attribute a
    JOIN tables t ON t.oid = a.attrelid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN LATERAL (
      SELECT * FROM sequences s WHERE s.attrelid = a.attrelid AND s.attnum = a.attnum ORDER BY s.seqrelid LIMIT 1
    ) s ON true
    WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
    """

  /// Unique indexes and exclusion constraints; the columns of expressions are those that the index depends on.
  static let keysQuery = """
    SELECT i.indrelid,
      CASE WHEN i.indexprs IS NULL THEN (
        SELECT pg_catalog.string_agg(k::text, ' ' ORDER BY o)
        FROM unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS u (k, o) WHERE o <= i.indnkeyatts
      ) ELSE (
        SELECT pg_catalog.string_agg(DISTINCT d.refobjsubid::text, ' ') FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
          AND d.refobjid = i.indrelid AND d.refobjsubid > 0
      ) END,
      i.indisprimary, i.indisexclusion, i.indpred IS NOT NULL, i.indexprs IS NOT NULL
    FROM pg_catalog.pg_index i
    WHERE i.indisunique OR i.indisexclusion ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
    """

  /// Foreign keys, those of partitions left to their parents.
  static let foreignKeysQuery = """
    SELECT k.conrelid, k.conname, pg_catalog.array_to_string(k.conkey, ' '), k.confrelid,
      pg_catalog.array_to_string(k.confkey, ' '), n.nspname, r.relname
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.conrelid, k.conname
    """

  static let checksQuery = """
    SELECT k.conrelid, k.conname, pg_catalog.pg_get_expr(k.conbin, k.conrelid),
      pg_catalog.array_to_string(k.conkey, ' ')
    FROM pg_catalog.pg_constraint k WHERE k.contype = 'c' AND k.conrelid <> 0 ORDER BY k.conrelid, k.conname
    """

  /// Partitions at every level, with the columns of their parent's partition key by the numbers of the topmost table.
  static let partitionsQuery = """
    WITH RECURSIVE down AS (
      SELECT c.oid AS root, c.oid AS parent FROM pg_catalog.pg_class c WHERE c.relkind = 'p' AND NOT c.relispartition
      UNION ALL
      SELECT down.root, i.inhrelid FROM down JOIN pg_catalog.pg_inherits i ON i.inhparent = down.parent
    )
    SELECT down.root, n.nspname, c.relname, c.relkind = 'r', pg_catalog.pg_get_expr(c.relpartbound, c.oid),
      (SELECT pg_catalog.string_agg(ra.attnum::text, ' ' ORDER BY u.o)
        FROM pg_catalog.pg_partitioned_table p
        CROSS JOIN LATERAL unnest(p.partattrs::pg_catalog.int2[]) WITH ORDINALITY AS u (k, o)
        JOIN pg_catalog.pg_attribute pa ON pa.attrelid = p.partrelid AND pa.attnum = u.k
        JOIN pg_catalog.pg_attribute ra ON ra.attrelid = down.root AND ra.attname = pa.attname
        WHERE p.partrelid = i.inhparent AND p.partexprs IS NULL),
      CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END
    FROM down
    JOIN pg_catalog.pg_inherits i ON i.inhparent = down.parent
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ORDER BY down.root, n.nspname, c.relname
    """
}
