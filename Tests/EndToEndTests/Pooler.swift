import Foundation
import TestSupport

/// A proxy between client and server, like a pooler with a list of databases: any requested database leads to the same
/// one.
final class Pooler: Sendable {
  let port: UInt16
  private let listener: Int32

  /// - Parameters:
  ///   - server: the port on 127.0.0.1 that connections go to.
  ///   - names: the databases that are passed through; all others become `database`.
  init(to server: UInt16, leavingAlone names: Set<String>, database: String) throws {
    let listener = streamSocket()
    self.listener = listener
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withSocketAddress(&address) {
      bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0 && listen(listener, 16) == 0
    }
    guard isBound else { throw TestFailure("there is no free port") }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread {
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { Pooler.serve(client, server, names, database) }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ client: Int32, _ port: UInt16, _ names: Set<String>, _ database: String) {
    let server = streamSocket()
    var address = loopback(port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    defer {
      close(client)
      close(server)
    }
    guard withSocketAddress(&address, { connect(server, $0, size) == 0 }), var start = startup(client) else { return }
    // Version, then names and values, each ending with a NUL.
    var words = start.dropFirst(4).split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
    for index in words.indices.dropLast() where index.isMultiple(of: 2) && words[index] == Array("database".utf8) {
      if !names.contains(String(decoding: words[index + 1], as: UTF8.self)) { words[index + 1] = Array(database.utf8) }
    }
    start = Array(start.prefix(4)) + words.joined(separator: [0])
    let length = withUnsafeBytes(of: UInt32(start.count + 4).bigEndian) { Array($0) }
    _ = write(server, length + start, start.count + 4)
    Thread.detachNewThread { pump(server, client) }
    pump(client, server)
  }

  /// The client's first message; requests for encryption are refused.
  private static func startup(_ client: Int32) -> [UInt8]? {
    while true {
      var length: UInt32 = 0
      guard recv(client, &length, 4, Int32(MSG_WAITALL)) == 4 else { return nil }
      var message = [UInt8](repeating: 0, count: Int(UInt32(bigEndian: length)) - 4)
      guard recv(client, &message, message.count, Int32(MSG_WAITALL)) == message.count else { return nil }
      // Requests for SSL and GSS begin with 1234 in place of the version.
      guard message.starts(with: [0x04, 0xd2]) else { return message }
      _ = write(client, "N", 1)
    }
  }

  private static func pump(_ from: Int32, _ to: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(from, &buffer, buffer.count, 0)
      guard count > 0, write(to, buffer, count) == count else { break }
    }
    shutdown(from, Int32(SHUT_RDWR))
    shutdown(to, Int32(SHUT_RDWR))
  }
}

func streamSocket(_ domain: Int32 = AF_INET) -> Int32 {
  #if canImport(Darwin)
    socket(domain, SOCK_STREAM, 0)
  #else
    socket(domain, Int32(SOCK_STREAM.rawValue), 0)
  #endif
}

func loopback(_ port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}

func withSocketAddress(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Bool) -> Bool {
  withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) } }
}
