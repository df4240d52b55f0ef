/// Settings that dumps and migrations set, by the major version of PostgreSQL that brought them.
enum NewerSettings {
  /// The version that brought a setting; nil for older and unknown ones.
  static func version(of name: String) -> Int? { versions[name] }

  /// Settings of one session, role or database; those of the server's start are in no dump.
  private static let versions: [String: Int] = {
    let names: [Int: [String]] = [
      14: [
        "client_connection_check_interval", "compute_query_id", "default_toast_compression", "enable_async_append",
        "enable_memoize", "idle_session_timeout", "vacuum_failsafe_age", "vacuum_multixact_failsafe_age",
      ],
      15: ["log_startup_progress_interval", "recursive_worktable_factor", "stats_fetch_consistency"],
      16: [
        "createrole_self_grant", "debug_parallel_query", "enable_presorted_aggregate", "gss_accept_delegation",
        "icu_validation_level", "scram_iterations", "vacuum_buffer_usage_limit",
      ],
      17: ["enable_group_by_reordering", "event_triggers", "io_combine_limit", "transaction_timeout"],
      18: [
        "enable_distinct_reordering", "enable_self_join_elimination", "extension_control_path", "file_copy_method",
        "io_max_combine_limit", "log_lock_failures", "md5_password_warnings", "track_cost_delay_timing",
        "vacuum_max_eager_freeze_failure_rate", "vacuum_truncate",
      ],
    ]
    return Dictionary(uniqueKeysWithValues: names.flatMap { version, names in names.map { ($0, version) } })
  }()
}
