import Foundation
import TestSupport
import Testing

/// Shards of a check on separate machines.
@Suite struct ShardTests {
  /// The names of the cases of a report, in its order.
  private func cases(_ project: Project, _ report: String) throws -> [String] {
    let json = try JSONSerialization.jsonObject(with: Data(try project.read(report).utf8)) as? [String: Any]
    let cases = try #require(json?["cases"] as? [[String: Any]])
    return cases.map { item in
      let name = item["query"] as? String ?? ""
      return (item["case"] as? String).map { "\(name)@\($0)" } ?? name
    }
  }

  @Test func `shards divide all cases evenly and reproducibly and merge into the whole`() throws {
    let project = try Sample.recorded()
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    var parts: [[String]] = []
    for index in 1...5 {
      _ = try project.plangate("check", "--shard", "\(index)/5", "--json", "\(index).json")
      parts.append(try cases(project, "\(index).json"))
    }
    #expect(parts.flatMap { $0 }.sorted() == Sample.cases.sorted())
    let sizes = parts.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "\(sizes)")
    _ = try project.plangate("check", "--shard", "2/5", "--json", "again.json")
    #expect(try cases(project, "again.json") == parts[1])

    let merged = try project.plangate(
      "merge", "5.json", "3.json", "1.json", "2.json", "4.json", "--json", "all.json", "--junit", "all.xml",
      "--markdown", "all.md")
    let whole = try project.plangate("check", "--json", "whole.json")
    #expect(whole.status == 1 && merged.status == 1, "\(merged)")
    #expect(try cases(project, "all.json") == cases(project, "whole.json"))
    #expect(try project.read("all.md").contains("orders_customer_idx"))

    let missing = try project.plangate("merge", "1.json", "2.json", "3.json", "5.json", "--junit", "some.xml")
    try expect(missing, exits: 2, stdout: ["\nerror: shard 4 of 5 is missing\n"])
    #expect(try project.junit("some.xml").cases.first?.error?.text == "shard 4 of 5 is missing")
  }

  @Test func `an empty shard passes, starts no server and merges with the others`() throws {
    let project = try Sample.recorded()
    let run = try project.plangate("check", "orders_in", "--shard", "2/2", "--json", "2.json", "-v")
    try expect(run, exits: 0, stdout: ["no cases"], leavingNothingIn: project)
    #expect(!run.stdout.contains("server: "), "\(run)")
    _ = try project.plangate("check", "orders_in", "--shard", "1/2", "--json", "1.json")
    try expect(project.plangate("merge", "1.json", "2.json"), exits: 0, stdout: ["1 passed"])
  }

  @Test func `record divides whole queries`() throws {
    let project = try Project(Sample.files)
    for index in 1...3 { try expect(project.plangate("record", "--shard", "\(index)/3"), exits: 0) }
    try expect(project.plangate("check"), exits: 0, stdout: ["\(Sample.cases.count) passed"])
  }
}
