#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The way to a disposable server over TCP, for the time of one command.
struct TCPAccess: Sendable {
  static let address = "127.0.0.1"

  let port: Int
  /// Letters and digits, so that it is the same in a URI.
  let password: String

  /// - Returns: a port that nothing listens on, with a new password; nil if there is no such port.
  static func random() -> TCPAccess? {
    guard let port = freePort() else { return nil }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    var generator = SystemRandomNumberGenerator()
    let password = (0..<40).map { _ in letters[Int.random(in: letters.indices, using: &generator)] }
    return TCPAccess(port: port, password: String(password))
  }

  /// A port that the kernel picks.
  private static func freePort() -> Int? {
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #else
      let kind = Int32(SOCK_STREAM.rawValue)
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr = in_addr(s_addr: inet_addr(address))
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    } ? Int(UInt16(bigEndian: place.sin_port)) : nil
  }

  /// The text of `pg_hba.conf`: the socket is in a private directory; over TCP only the superuser gets in, by password.
  static let hostBasedAuthentication = """
    local all all trust
    host all \(DisposableServer.user) \(address)/32 scram-sha-256

    """
}
