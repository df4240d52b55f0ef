import OperatingSystem
import Postgres
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Watches the locks of a session from another one.
final class LockPoll: Sendable {
  /// The pause between two looks, in microseconds.
  private static let pause: UInt32 = 200

  private let hasBegun = Mutex(false)
  private let isOver = Mutex(false)
  private let found = Mutex<Set<[String]>>([])
  private let thread: Mutex<SystemThread?>

  /// Returns after the first look, so that a short statement is not over before it.
  init(pid: String, on connection: Connection) throws(ServerError) {
    thread = Mutex(nil)
    let holder = Mutex<Connection?>(connection)
    let started = SystemThread { [self] in
      guard let connection = holder.withLock({ $0.take() }) else { return }
      let query = LockPoll.query("$1::integer")
      while !isOver.withLock({ $0 }) {
        let rows = try? connection.execute(query, [pid]).rows
        hasBegun.withLock { $0 = true }
        guard let rows else { return }
        found.withLock { found in for row in rows { found.insert(row.map { $0 ?? "" }) } }
        usleep(LockPoll.pause)
      }
    }
    thread.withLock { $0 = started }
    while !hasBegun.withLock({ $0 }) { usleep(LockPoll.pause) }
  }

  /// The locks that were seen, each as the OID of its relation and the name of its mode.
  func end() -> [[String]] {
    isOver.withLock { $0 = true }
    thread.withLock { $0.take() }?.join()
    return found.withLock { Array($0) }
  }

  /// Asks for the locks on relations that a session holds.
  ///
  /// The planner ignores an index that is being dropped concurrently, so the last lock on it blocks no query.
  ///
  /// - Parameter pid: an expression.
  static func query(_ pid: String) -> String {
    """
    SELECT l.relation, l.mode FROM pg_catalog.pg_locks l
    WHERE l.pid = \(pid) AND l.locktype = 'relation' AND l.granted
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = l.relation AND NOT i.indislive)
    """
  }
}
