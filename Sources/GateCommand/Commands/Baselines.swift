import OperatingSystem
import PlanCore
import Postgres
import Synchronization

/// The baselines of some queries: each is read once, by whoever needs it first, and all of them ahead of that as far as a
/// thread of their own comes while the server is at work.
final class Baselines: Sendable {
  /// Nil for a query that has no baseline, or why it cannot be read.
  typealias Baseline = Result<QueryCapture?, Diagnostic>

  private let store: BaselineStore
  private let entries: [String: Entry]

  private final class Entry: Sendable {
    let baseline = Mutex<Baseline?>(nil)
  }

  init(_ queries: [String], in store: BaselineStore) {
    self.store = store
    entries = Dictionary(queries.map { ($0, Entry()) }) { first, _ in first }
    SystemThread { [self] in
      for query in queries { _ = self[query] }
    }?.detach()
  }

  subscript(query: String) -> Baseline {
    guard let entry = entries[query] else { return .success(nil) }
    return entry.baseline.withLock { baseline in
      if let baseline { return baseline }
      let loaded = Result { () throws(Diagnostic) in try store.load(query) }
      baseline = loaded
      return loaded
    }
  }
}
