internal import CLibPQ

/// A message that the server sends while a statement runs.
package struct ServerNotice: Sendable {
  package let message: String
  /// Which statement of which function sent it, one line a level, the innermost first; nil at the top level.
  package let context: String?
  /// The file of the server's source that it comes from, such as `auto_explain.c`: a function can send any message, but
  /// not with this name.
  package let sourceFile: String?

  fileprivate init(reading result: OpaquePointer) {
    func field(_ code: Character) -> String? {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    (message, context, sourceFile) = (field("M") ?? "", field("W"), field("F"))
  }
}

/// The receiver of one connection's notices, as libpq calls it.
private final class NoticeReceiver {
  private let handle: OpaquePointer
  private let receive: (ServerNotice) -> Bool
  private(set) var isCanceled = false

  init(_ handle: OpaquePointer, _ receive: @escaping (ServerNotice) -> Bool) {
    (self.handle, self.receive) = (handle, receive)
  }

  func take(_ notice: ServerNotice) {
    guard !isCanceled, !receive(notice) else { return }
    isCanceled = true
    guard let cancel = PQgetCancel(handle) else { return }
    defer { PQfreeCancel(cancel) }
    var error = [CChar](repeating: 0, count: 256)
    _ = PQcancel(cancel, &error, Int32(error.count))
  }
}

extension Connection {
  /// Runs `body` and passes it the notices that come meanwhile.
  ///
  /// - Parameter receive: returns whether the statement may go on; otherwise it is canceled, and fails with the
  ///   server's `57014`. It is called on the thread that waits for the statement.
  package func withNotices<Value>(
    _ receive: @escaping (ServerNotice) -> Bool, _ body: () throws(ServerError) -> Value
  ) throws(ServerError) -> Value {
    let receiver = NoticeReceiver(handle, receive)
    PQsetNoticeReceiver(
      handle,
      { receiver, result in
        guard let receiver, let result else { return }
        Unmanaged<NoticeReceiver>.fromOpaque(receiver).takeUnretainedValue().take(ServerNotice(reading: result))
      }, Unmanaged.passUnretained(receiver).toOpaque())
    defer { PQsetNoticeReceiver(handle, { _, _ in }, nil) }
    return try withExtendedLifetime(receiver) { () throws(ServerError) in try body() }
  }
}
