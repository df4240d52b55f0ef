import FoundationEssentials
import Reporting

/// The commands `plangate cache list` and `plangate cache clear`.
struct CacheRun {
  let options: Options
  let console: Console
  let environment: [String: String]

  func run() throws(Diagnostic) -> ExitStatus {
    let cache = try ClusterCache(environment: environment)
    switch options.cacheAction {
    case .clear:
      let cleared = try cache.clear()
      console.print(CacheListing.cleared(cleared.count, size: cleared.size, directory: cache.base))
    case .list, nil:
      let now = Int(Date.now.timeIntervalSince1970)
      let rows = cache.list().map { listed in
        CacheListing.Row(
          what: listed.entry.title, server: listed.entry.server, size: listed.entry.size, age: now - listed.used,
          project: listed.entry.project)
      }
      console.print(CacheListing.text(rows, limit: cache.limit, directory: cache.base))
    }
    return .passed
  }
}
