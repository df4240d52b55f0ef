import Foundation
import Postgres
import TestSupport

/// The single server of these tests.
enum TestServer {
  /// Settings with every character that a configuration file treats specially, and some that a manifest must not
  /// change.
  static let configuration = ServerConfiguration(
    locale: "C.UTF-8", encoding: "UTF8", timeZone: "Europe/Vienna",
    settings: [
      "work_mem": "3MB", "random_page_cost": "1.1", "app.quotes": "it's 'quoted'", "app.backslashes": #"C:\new\tab\\"#,
      "app.lines": "one\ntwo", "app.word": "off # no comment", "app.letters": "Größe \u{1F600}",
      "fsync": "on", "listen_addresses": "*", "autovacuum": "on",
    ])

  static func server() throws -> DisposableServer { try started.get() }

  static func connection(database: String = "postgres") throws -> Connection {
    try server().connect(database: database)
  }

  static let plain = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }

  private static let started = Started()

  /// The shared server: concurrent tests only read it and open connections.
  private final class Started: @unchecked Sendable {
    /// The server, written once, before any reader.
    private var result: Result<DisposableServer, any Error>?

    init() {
      let isDone = DispatchSemaphore(value: 0)
      // The kernel ends the server with the thread that started it, so that thread has to last.
      Thread.detachNewThread { [self] in
        start()
        isDone.signal()
        while true { sleep(3600) }
      }
      isDone.wait()
      // Static values are never released.
      atexit { try? TestServer.server().stop() }
    }

    private func start() {
      result = Result {
        let installation = try ServerInstallation.locate(nil, environment: plain)
        return try DisposableServer.start(installation, configuration, environment: plain)
      }
    }

    func get() throws -> DisposableServer {
      guard let result else { throw TestFailure("the server was not started") }
      return try result.get()
    }
  }
}
