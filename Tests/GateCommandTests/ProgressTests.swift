import Foundation
import Synchronization
import Testing

@testable import GateCommand

@Suite struct ProgressTests {
  /// A clock that stands still unless a test moves it.
  private final class Clock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock(\.self) }

    func advance(by duration: Duration) { instant.withLock { $0 += duration } }
  }

  private let pipe = Pipe()
  private let clock = Clock()

  /// A progress that writes to the pipe, on the clock of the test.
  private func progress(_ form: GateCommand.Progress.Form, width: Int = 80) -> GateCommand.Progress {
    // Its own thread sleeps longer than any test takes.
    GateCommand.Progress(
      to: pipe.fileHandleForWriting.fileDescriptor, form, width: width, lineInterval: .seconds(3600),
      now: { [clock] in clock.now })
  }

  /// The output since the last call; one character that the test writes ends it.
  private func written() -> String {
    pipe.fileHandleForWriting.write(Data("$".utf8))
    return String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
  }

  @Test func `a log repeats the line of a long step until it is done`() {
    let progress = progress(.lines)
    progress.show("seed", 1, of: 3, "big.dump")
    for _ in 1...3 {
      clock.advance(by: .seconds(6 * 3600))
      progress.repeatLine()
      #expect(written() == "$")
      clock.advance(by: .seconds(1))
      progress.repeatLine()
      #expect(written() == "seed: 1 of 3, big.dump\n$")
    }
    progress.clear()
    clock.advance(by: .seconds(7 * 3600))
    progress.repeatLine()
    #expect(written() == "$")
  }

  @Test func `a thread repeats the line`() throws {
    let progress = GateCommand.Progress(
      to: pipe.fileHandleForWriting.fileDescriptor, .lines, width: 80, lineInterval: .milliseconds(1))
    progress.show("seed", 1, of: 3, "big.dump")
    let line = "seed: 1 of 3, big.dump\n"
    // Reading waits for the lines.
    let data = try #require(try pipe.fileHandleForReading.read(upToCount: 3 * line.utf8.count))
    #expect(String(decoding: data, as: UTF8.self) == line + line + line)
    progress.clear()
  }

  @Test func `a stage that ends before a log's first line is due prints nothing`() {
    let progress = progress(.lines)
    for done in 0...3 {
      progress.show("cases", done, of: 3)
      clock.advance(by: .seconds(1000))
    }
    clock.advance(by: .seconds(7 * 3600))
    progress.repeatLine()
    #expect(written() == "$")
  }

  @Test func `a bar fits its line, and clear erases it`() {
    let progress = progress(.bar, width: 60)
    progress.show("seed", 1, of: 2, String(repeating: "long/", count: 20))
    let bar = written()
    #expect(bar.hasPrefix("\r\u{1b}[Kseed [#####-----] 1 of 2  long/"))
    #expect(bar.dropFirst("\r\u{1b}[K".count).count == 60)
    progress.clear()
    #expect(written() == "\r\u{1b}[K$")
    progress.clear()
    #expect(written() == "$")
  }
}
