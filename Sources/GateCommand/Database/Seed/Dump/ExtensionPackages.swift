/// The packages of Debian, Ubuntu and apt.postgresql.org that have extensions.
enum ExtensionPackages {
  /// The package that has an extension; nil for one that is not known here.
  static func package(of name: String, major: Int) -> String? {
    if contrib.contains(name) { return "postgresql-\(major)" }
    if languages.contains(name) { return "postgresql-\(name.hasPrefix("plperl") ? "plperl" : base(name))-\(major)" }
    return others[name].map { "postgresql-\(major)-\($0)" }
  }

  private static func base(_ language: String) -> String { language.hasPrefix("pltcl") ? "pltcl" : "plpython3" }

  private static let languages: Set<String> = ["plperl", "plperlu", "plpython3u", "pltcl", "pltclu"]

  /// PostgreSQL's own, which the server's package has.
  private static let contrib: Set<String> = [
    "adminpack", "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int",
    "dict_xsyn", "earthdistance", "file_fdw", "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray", "isn",
    "lo", "ltree", "moddatetime", "old_snapshot", "pageinspect", "pg_buffercache", "pg_freespacemap", "pg_prewarm",
    "pg_stat_statements", "pg_surgery", "pg_trgm", "pg_visibility", "pg_walinspect", "pgcrypto", "pgrowlocks",
    "pgstattuple", "postgres_fdw", "refint", "seg", "sslinfo", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time",
    "unaccent", "uuid-ossp", "xml2",
  ]

  /// By extension, the end of the package's name.
  private static let others = [
    "address_standardizer": "postgis-3", "address_standardizer_data_us": "postgis-3", "age": "age",
    "debversion": "debversion", "h3": "h3", "hll": "hll", "http": "http", "hypopg": "hypopg", "icu_ext": "icu-ext",
    "ip4r": "ip4r", "jsquery": "jsquery", "mysql_fdw": "mysql-fdw", "ogr_fdw": "ogr-fdw", "orafce": "orafce",
    "periods": "periods", "pg_cron": "cron", "pg_partman": "partman", "pg_qualstats": "pg-qualstats",
    "pg_rational": "rational", "pg_repack": "repack", "pg_similarity": "similarity", "pg_stat_kcache": "pg-stat-kcache",
    "pg_uuidv7": "pg-uuidv7", "pg_wait_sampling": "pg-wait-sampling", "pgaudit": "pgaudit", "pgfincore": "pgfincore",
    "pglogical": "pglogical", "pgmp": "pgmp", "pgrouting": "pgrouting", "pgsphere": "pgsphere", "pgtap": "pgtap",
    "plpgsql_check": "plpgsql-check", "plproxy": "plproxy", "plr": "plr", "plsh": "plsh", "pointcloud": "pointcloud",
    "pointcloud_postgis": "pointcloud", "postgis": "postgis-3", "postgis_raster": "postgis-3",
    "postgis_sfcgal": "postgis-3", "postgis_tiger_geocoder": "postgis-3", "postgis_topology": "postgis-3",
    "prefix": "prefix", "q3c": "q3c", "rdkit": "rdkit", "rum": "rum", "semver": "semver", "set_user": "set-user",
    "tdigest": "tdigest", "tds_fdw": "tds-fdw", "unit": "unit", "vector": "pgvector",
  ]
}
