/// How the program ends.
///
/// The codes are the contract's.
package enum ExitStatus: Equatable, Sendable {
  /// Every selected case was checked and none failed.
  case passed
  /// Every selected case was checked and at least one failed; `record --check`: something differs.
  case failed
  /// Something could not be checked, recorded or written.
  case unchecked
  /// Ended by a signal, with the server stopped and its files gone.
  case interrupted(signal: Int32)

  package var code: Int32 {
    switch self {
    case .passed: 0
    case .failed: 1
    case .unchecked: 2
    case .interrupted(let signal): 128 + signal
    }
  }
}
