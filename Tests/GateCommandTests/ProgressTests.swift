import Foundation
import Testing

@testable import GateCommand

@Suite struct ProgressTests {
  private let pipe = Pipe()

  private func progress(
    _ form: GateCommand.Progress.Form, width: Int = 80, lineInterval: Duration = .milliseconds(10)
  ) -> GateCommand.Progress {
    GateCommand.Progress(to: pipe.fileHandleForWriting.fileDescriptor, form, width: width, lineInterval: lineInterval)
  }

  /// The output since the last call; one character that the test writes ends it.
  private func written() -> String {
    pipe.fileHandleForWriting.write(Data("$".utf8))
    return String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
  }

  @Test func `a log hears again and again of a step that takes long, and no more when it is done`() {
    let progress = progress(.lines)
    progress.show("seed", 1, of: 3, "big.dump")
    usleep(500_000)
    progress.clear()
    let lines = written().split(separator: "\n")
    #expect(lines.count > 2)
    #expect(lines.dropLast().allSatisfy { $0 == "seed: 1 of 3, big.dump" }, "\(lines)")
    usleep(200_000)
    #expect(written() == "$")
  }

  @Test func `a stage that is over before a log's first line is due prints nothing`() {
    let progress = progress(.lines, lineInterval: .milliseconds(50))
    for done in 0...3 { progress.show("cases", done, of: 3) }
    usleep(500_000)
    #expect(written() == "$")
  }

  @Test func `a bar fits its line, and goes when it is taken away`() {
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
