import Foundation
import OperatingSystem
import PlanCore
import Reporting
import Testing
import TestSupport

@testable import GateCommand

@Suite struct ReportFilesTests {
  private func options(_ project: Project, junit: String? = "r/j.xml", json: String? = "r/j.json") -> Options {
    var options = Options(command: .check)
    options.reports[.junit] = junit.map { $0.hasPrefix("/dev/") ? $0 : project.path($0) }
    options.reports[.json] = json.map { $0.hasPrefix("/dev/") ? $0 : project.path($0) }
    return options
  }

  private var outcome: RunOutcome { RunOutcome(plangateVersion: "0.1.0", manifest: "queries/manifest.yml") }

  private var unfinished: RunOutcome {
    var unfinished = outcome
    unfinished.error = "the run did not finish"
    return unfinished
  }

  @Test func `the start of a run replaces yesterday's reports with an unfinished one`() throws {
    let project = try Project(["r/j.xml": "green", "r/j.json": "green"])
    try ReportFiles(options(project)).begin(outcome)
    #expect(try project.read("r/j.xml") == JUnitReport.text(unfinished))
    #expect(try project.read("r/j.json") == JSONReport.text(unfinished))
    #expect(try project.read("r/j.json").contains("\"outcome\": \"unchecked\""))
    #expect(try project.read("r/j.xml").contains("<testcase name=\"plangate\""))
    #expect(try project.read("r/j.xml").contains("<error "))
  }

  @Test func `the end of a run replaces the unfinished reports`() throws {
    let project = try Project(["r/other": ""])
    let reports = ReportFiles(options(project))
    try reports.begin(outcome)
    try reports.finish(outcome)
    #expect(try project.read("r/j.xml") == JUnitReport.text(outcome))
    #expect(try project.read("r/j.json") == JSONReport.text(outcome))
    #expect(try project.read("r/j.json").contains("\"outcome\": \"passed\""))
    #expect(try project.names(in: "r") == ["j.json", "j.xml", "other"])
  }

  @Test(arguments: [false, true])
  func `a report file is claimed only once, and a pipe gets one document`(_ isFinishedBefore: Bool) throws {
    let project = try Project(["r/other": "", "out.json": ""])
    let descriptor = open(project.path("out.json"), O_WRONLY | O_APPEND)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let reports = ReportFiles(options(project, json: "/dev/fd/\(descriptor)"))
    var ended = outcome
    ended.error = "ended by signal 15"
    if isFinishedBefore { try reports.finish(outcome) }
    reports.takeOver(ended)
    try reports.finish(outcome)
    #expect(try project.read("r/j.xml") == JUnitReport.text(ended))
    #expect(try project.read("out.json") == JSONReport.text(isFinishedBefore ? outcome : ended))
  }

  @Test func `the page is written like the other reports`() throws {
    let project = try Project(["r/page.html": "green"])
    var options = options(project, junit: nil, json: nil)
    options.reports[.html] = project.path("r/page.html")
    let reports = ReportFiles(options)
    try reports.begin(outcome)
    #expect(try project.read("r/page.html") == HTMLReport.text(unfinished))
    try reports.finish(outcome)
    #expect(try project.read("r/page.html") == HTMLReport.text(outcome))
  }

  @Test func `only requested reports are written`() throws {
    let project = try Project(["r/other": ""])
    let reports = ReportFiles(options(project, junit: nil, json: nil))
    try reports.begin(outcome)
    try reports.finish(outcome)
    #expect(try project.names(in: "r") == ["other"])
  }

  @Test func `a report in a missing directory is an error`() throws {
    let project = try Project()
    let reports = ReportFiles(options(project))
    let error = """
      r/j.xml: error: cannot write the report: no such directory
      r/j.json: error: cannot write the report: no such directory
      """
    #expect(project.failure { () throws(Diagnostic) in try reports.begin(outcome) } == error)
    #expect(project.failure { () throws(Diagnostic) in try reports.finish(outcome) } == error)
  }

  @Test func `a report that cannot be written does not keep the others from being replaced`() throws {
    let project = try Project(["r/j.json": "green"])
    let reports = ReportFiles(options(project, junit: "nowhere/j.xml"))
    let error = "nowhere/j.xml: error: cannot write the report: no such directory"
    #expect(project.failure { () throws(Diagnostic) in try reports.begin(outcome) } == error)
    #expect(try project.read("r/j.json") == JSONReport.text(unfinished))
    #expect(project.failure { () throws(Diagnostic) in try reports.finish(outcome) } == error)
    #expect(try project.read("r/j.json") == JSONReport.text(failed(outcome, [project.path(error)])))
  }

  /// An outcome with the reasons why reports could not be written.
  private func failed(_ outcome: RunOutcome, _ reasons: [String]) -> RunOutcome {
    var failed = outcome
    failed.error = reasons.joined(separator: "\n")
    return failed
  }

  @Test func `all reports that cannot be written are named, and the others are written`() throws {
    let project = try Project(["r/other": ""])
    var options = options(project, junit: "nowhere/j.xml", json: nil)
    options.reports[.markdown] = project.path("r/m.md")
    options.reports[.sarif] = project.path("nowhere/s.sarif")
    options.reports[.gitlab] = project.path("r/g.json")
    let reports = ReportFiles(options)
    let error = """
      nowhere/j.xml: error: cannot write the report: no such directory
      nowhere/s.sarif: error: cannot write the report: no such directory
      """
    #expect(project.failure { () throws(Diagnostic) in try reports.begin(outcome) } == error)
    #expect(try project.read("r/m.md") == MarkdownReport.text(unfinished))
    #expect(try project.read("r/g.json") == GitLabReport.text(unfinished))
    #expect(project.failure { () throws(Diagnostic) in try reports.finish(outcome) } == error)
    let reasons = ["nowhere/j.xml", "nowhere/s.sarif"].map {
      "\(project.path($0)): error: cannot write the report: no such directory"
    }
    #expect(try project.read("r/m.md") == MarkdownReport.text(failed(outcome, reasons)))
    #expect(try project.read("r/g.json") == GitLabReport.text(failed(outcome, reasons)))
    #expect(try project.names(in: "r") == ["g.json", "m.md", "other"])
  }

  @Test func `a report that is a directory is an error`() throws {
    let project = try Project(["r/j.xml/inside": ""])
    let error = "r/j.xml: error: cannot write the report: it is a directory"
    let reports = ReportFiles(options(project))
    #expect(project.failure { () throws(Diagnostic) in try reports.begin(outcome) } == error)
  }

  #if os(Linux)
    @Test func `a full device is an error`() throws {
      let project = try Project(["r/j.json": ""])
      let reports = ReportFiles(options(project, junit: "/dev/full"))
      let error = "/dev/full: error: cannot write the report: no space left on the disk"
      #expect(project.failure { () throws(Diagnostic) in try reports.begin(outcome) } == nil)
      #expect(project.failure { () throws(Diagnostic) in try reports.finish(outcome) } == error)
    }
  #endif

  @Test func `a device is written to and stays a device`() throws {
    try replaceFile("/dev/null", with: "text")
    try ReportFiles(options(try Project(), junit: "/dev/null", json: nil)).begin(outcome)
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
  }

  @Test func `a link is kept and its file is written`() throws {
    let project = try Project(["r/target.xml": "green"])
    try FileManager.default.createSymbolicLink(
      atPath: project.path("r/link.xml"), withDestinationPath: project.path("r/target.xml"))
    let reader = try FileHandle(forReadingFrom: URL(filePath: project.path("r/target.xml")))
    try replaceFile(project.path("r/link.xml"), with: "new")
    #expect(try project.read("r/target.xml") == "new")
    // A reader that has it open reads the old one to its end.
    #expect(try reader.readToEnd() == Data("green".utf8))
    let type = try FileManager.default.attributesOfItem(atPath: project.path("r/link.xml"))[.type] as? FileAttributeType
    #expect(type == .typeSymbolicLink)
  }

  @Test func `a pipe gets one document, at the end`() throws {
    let project = try Project()
    #expect(mkfifo(project.path("pipe"), 0o600) == 0)
    let reader = open(project.path("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    let reports = ReportFiles(options(project, junit: nil, json: "pipe"))
    try reports.begin(outcome)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    #expect(read(reader, &bytes, bytes.count) == 0)
    try reports.finish(outcome)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == JSONReport.text(outcome))
    #expect(read(reader, &bytes, bytes.count) == 0)
    #expect(FileKind(project.path("pipe")) == .pipe)
  }

  @Test func `an open descriptor is written to at its offset`() throws {
    let project = try Project(["out": "before\n"])
    let file = open(project.path("out"), O_WRONLY | O_APPEND | O_CLOEXEC)
    defer { close(file) }
    var options = options(project, junit: nil, json: nil)
    options.reports[.json] = "/dev/fd/\(file)"
    let reports = ReportFiles(options)
    try reports.begin(outcome)
    #expect(try project.read("out") == "before\n")
    try reports.finish(outcome)
    #expect(try project.read("out") == "before\n" + JSONReport.text(outcome))
  }

  @Test func `a closed descriptor and a pipe without a reader are errors`() throws {
    let project = try Project()
    var options = options(project, junit: nil, json: nil)
    options.reports[.json] = "/dev/fd/987"
    let error = "/dev/fd/987: error: cannot write the report: the descriptor is not open"
    #expect(project.failure { () throws(Diagnostic) in try ReportFiles(options).finish(outcome) } == error)

    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    options.reports[.json] = "/dev/fd/\(ends[1])"
    let broken = "/dev/fd/\(ends[1]): error: cannot write the report: its reader is gone"
    #expect(project.failure { () throws(Diagnostic) in try ReportFiles(options).finish(outcome) } == broken)
  }

  @Test func `a shorter text leaves nothing of a longer one`() throws {
    let project = try Project(["f": "a long text of yesterday"])
    try replaceFile(project.path("f"), with: "é")
    #expect(try project.read("f") == "é")
    try replaceFile(project.path("f"), with: "")
    #expect(try project.read("f") == "")
    #expect(try project.names(in: "") == ["f"])
  }

  @Test func `a new file has the permissions of any other`() throws {
    let project = try Project(["plain": "x"])
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: project.path(path))[.posixPermissions] as? Int
    }
    try replaceFile(project.path("new"), with: "y")
    #expect(try mode("new") == mode("plain"))
  }
}
