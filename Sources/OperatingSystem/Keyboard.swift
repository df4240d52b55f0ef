#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The keys of the terminal that standard input is.
package struct Keyboard {
  /// Nil if standard input is no terminal.
  package init?() {
    guard isatty(STDIN_FILENO) == 1 else { return nil }
  }

  /// Waits for a key, which needs no return and is not printed.
  ///
  /// - Returns: its first byte; nil at the end of the input, or when a signal ends the run.
  package func nextKey() -> UInt8? {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    var raw = settings
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    // Keys that were pressed before stay.
    guard tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 else { return nil }
    defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) }
    while Interruption.shared.signal == nil {
      var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 100) > 0 else { continue }
      var byte: UInt8 = 0
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      return count == 1 ? byte : nil
    }
    return nil
  }
}
