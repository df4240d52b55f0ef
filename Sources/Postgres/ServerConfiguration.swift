/// The configuration of a disposable server.
package struct ServerConfiguration: Sendable {
  /// The locale of the databases, never the environment's.
  package var locale: String
  package var encoding: String
  package var timeZone: String
  /// The settings that affect the planner: `postgresql.conf` entries whose names were checked.
  package var settings: [String: String]

  package init(locale: String, encoding: String, timeZone: String, settings: [String: String]) {
    self.locale = locale
    self.encoding = encoding
    self.timeZone = timeZone
    self.settings = settings
  }

  /// The settings that only plangate controls: the server's files and address, its durability, and whatever makes plans
  /// repeat.
  package static let ownSettings: [String: String] = [
    // The server is private to the run.
    "listen_addresses": "", "port": "5432", "unix_socket_permissions": "0700",
    // No durability is needed. synchronous_commit stays on: off leaves the visibility map empty after VACUUM.
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "on", "wal_level": "minimal",
    "max_wal_senders": "0", "archive_mode": "off", "wal_recycle": "off", "wal_init_zero": "off",
    // The same plans and counts in every run.
    "autovacuum": "off", "synchronize_seqscans": "off", "jit": "off", "track_io_timing": "off",
    "session_preload_libraries": "", "plan_cache_mode": "", "session_replication_role": "", "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    // The text of constants in conditions.
    "datestyle": "ISO, MDY", "intervalstyle": "postgres", "bytea_output": "hex", "extra_float_digits": "1",
    "client_encoding": "UTF8", "lc_messages": "C",
    // The location of the files.
    "data_directory": "", "hba_file": "", "ident_file": "", "external_pid_file": "", "unix_socket_directories": "",
    "logging_collector": "off", "log_destination": "stderr", "ssl": "off",
  ]

  /// The spellings of the value that plangate gives to one of its own settings, which a manifest may give too.
  ///
  /// Empty for a setting without a value, and for those of others.
  package static func ownSpellings(of name: String) -> [String] {
    guard let value = ownSettings[name], !value.isEmpty else { return [] }
    return [["off", "false", "no", "0"], ["on", "true", "yes", "1"], ["0", "0ms", "0s", "0min"]]
      .first { $0[0] == value } ?? [value]
  }

  /// Settings passed as arguments when the server starts, so that no file can change them.
  static let arguments = [
    "listen_addresses", "port", "unix_socket_permissions", "fsync", "autovacuum", "logging_collector",
  ]

  /// Defaults that a manifest may change.
  ///
  /// The planner sees none of them, except through the number of workers that start.
  ///
  /// Memory and WAL stay moderate: servers run side by side, and the temporary directory of a container may be in
  /// memory. Without fsync, a checkpoint in the middle of a seed costs little. `compute_query_id` keeps its default
  /// `auto`, which computes nothing unless an extension asks, because 13 does not know the setting. Dynamic shared
  /// memory lies in the data directory: in `/dev/shm`, which containers keep small, the memory of a killed server would
  /// stay.
  static let capacity: [String: String] = [
    "shared_buffers": "256MB", "max_wal_size": "2GB", "checkpoint_timeout": "1h", "max_worker_processes": "16",
    "log_min_messages": "warning", "dynamic_shared_memory_type": "mmap",
  ]

  /// The text of `postgresql.conf`.
  var file: String {
    var entries = ServerConfiguration.capacity.merging(settings) { $1 }
    for (name, value) in ServerConfiguration.ownSettings where !value.isEmpty { entries[name] = value }
    entries["timezone"] = timeZone
    entries["log_timezone"] = timeZone
    return entries.sorted { $0.key < $1.key }.map { "\($0.key) = \(ServerConfiguration.quoted($0.value))\n" }.joined()
  }

  /// A value as `guc-file.l` reads it: quotes are doubled, backslashes escape.
  private static func quoted(_ value: String) -> String {
    var text = "'"
    for scalar in value.unicodeScalars {
      switch scalar {
      case "'": text += "''"
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }
}
