import Foundation
import TestSupport
import Testing

@Suite struct RecordTests {
  @Test func `record writes one file for each query and names what it accepts`() throws {
    let run = try Sample.firstRecord()
    try expect(run, exits: 0, stdout: Sample.queries + ["10 new"])
    let project = try Sample.recorded()
    #expect(try project.files(in: "baselines") == Sample.queries.map { "\($0).plan" })
  }

  @Test func `a second record changes no byte`() throws {
    let project = try Sample.recorded()
    let before = try project.contents(of: "baselines")
    let run = try project.plangate("record")
    try expect(run, exits: 0, stdout: ["10 unchanged"], not: ["new  ", "changed  "], leavingNothingIn: project)
    #expect(try project.contents(of: "baselines") == before, "\(run)")
  }

  @Test func `types of parameters that an older plangate did not record come with the next change`() throws {
    let project = try Sample.recorded()
    let path = "baselines/orders_by_customer.plan"
    let complete = try project.read(path)
    let older = complete.split(separator: "\n").filter { !$0.hasPrefix("  types: ") }.joined(separator: "\n") + "\n"
    #expect(complete.contains("  types: {\"$1\": \"integer\"}\n") && older != complete)
    try project.write(path, older)
    try expect(project.plangate("record"), exits: 0, stdout: ["10 unchanged"])
    #expect(try project.read(path) == older)
    // Another value of one case.
    try project.edit("queries/manifest.yml", "whale: [1]", "whale: ['1 ']")
    try expect(project.plangate("record", "orders_by_customer"), exits: 0, stdout: ["1 changed"])
    #expect(try project.read(path).components(separatedBy: "  types: {").count == 3)
    // Older and newer files are as good for a check.
    try project.edit("queries/manifest.yml", "whale: ['1 ']", "whale: [1]")
    try project.write(path, older)
    try expect(project.plangate("check", "orders_by_customer"), exits: 0)
  }

  @Test func `record --check reports a difference and writes nothing, record --prune removes orphans`() throws {
    let project = try Sample.recorded()
    let complete = try project.contents(of: "baselines")
    try project.move("baselines/orders_in.plan", to: "baselines/yesterdays_query.plan")
    let before = try project.contents(of: "baselines")
    let check = try project.plangate("record", "--check")
    try expect(check, exits: 1, stdout: ["orders_in", "would be new", "yesterdays_query"])
    #expect(try project.contents(of: "baselines") == before, "\(check)")

    let prune = try project.plangate("record", "--prune")
    try expect(prune, exits: 0, stdout: ["orders_in", "removed", "yesterdays_query"], leavingNothingIn: project)
    #expect(try project.contents(of: "baselines") == complete, "\(prune)")
  }

  @Test func `record --prune keeps files that only have a baseline's name`() throws {
    let project = try Sample.recorded()
    let complete = try project.contents(of: "baselines")
    let old = try project.read("baselines/orders_in.plan")
    try project.write("elsewhere.plan", old)
    try project.write("baselines/directory.plan/notes.txt", "mine\n")
    try project.write("baselines/garden.plan", "beans in the north\n")
    try project.write("baselines/empty.plan", "")
    try project.write("baselines/gone.plan", old)
    try project.write("baselines/damaged.plan", String(old.prefix(60)))
    try project.write("baselines/newer.plan", old.replacingOccurrences(of: "baseline 2\n", with: "baseline 999\n"))
    let links = "\(project.directory)/baselines"
    try FileManager.default.createSymbolicLink(
      atPath: "\(links)/link.plan", withDestinationPath: "\(project.directory)/elsewhere.plan")
    try FileManager.default.createSymbolicLink(atPath: "\(links)/dangling.plan", withDestinationPath: "/nonexistent")
    try #require(mkfifo("\(links)/pipe.plan", 0o644) == 0)

    let check = try project.plangate("record", "--prune", "--check")
    try expect(check, exits: 1, stdout: ["3 would be removed"], leavingNothingIn: project)
    let run = try project.plangate("record", "--prune")
    try expect(
      run, exits: 0,
      stdout: [
        "removed   damaged", "removed   gone", "removed   newer", "3 removed",
        "kept      baselines/directory.plan: it is a directory",
        "kept      baselines/garden.plan: it is not a plangate baseline",
        "kept      baselines/empty.plan: it is not a plangate baseline",
        "kept      baselines/link.plan: it is a symbolic link",
        "kept      baselines/dangling.plan: it is a symbolic link",
        "kept      baselines/pipe.plan: it is not a regular file",
      ], leavingNothingIn: project)
    #expect(try project.read("baselines/directory.plan/notes.txt") == "mine\n")
    #expect(try project.read("elsewhere.plan") == old)
    let names = try FileManager.default.contentsOfDirectory(atPath: links).sorted()
    let kept = ["dangling", "directory", "empty", "garden", "link", "pipe"].map { "\($0).plan" }
    #expect(names == (complete.keys + kept).sorted())
    // They are not baselines without a query either.
    let next = try project.plangate("check")
    try expect(next, exits: 0, not: ["whose query is gone"], leavingNothingIn: project)
  }

  @Test func `record prints accepted estimates above the threshold, only for the named queries`() throws {
    let project = try Sample.recorded()
    let before = try project.contents(of: "baselines")
    try project.edit("seed/03-indexes.sql", "CREATE INDEX orders_customer_idx ON orders (customer_id);\n", "")
    try project.edit(
      "seed/03-indexes.sql", "CREATE STATISTICS orders_place (dependencies) ON city, country FROM orders;\n", "")
    let run = try project.plangate("record", "orders_of_*")
    try expect(
      run, exits: 0, stdout: ["orders_of_place", "accepted above the threshold", "got 200"],
      not: ["orders_by_customer"])
    let after = try project.contents(of: "baselines")
    #expect(after["orders_of_place.plan"] != before["orders_of_place.plan"])
    #expect(after.filter { $0.key != "orders_of_place.plan" } == before.filter { $0.key != "orders_of_place.plan" })
  }

  @Test func `baselines that cannot be written give exit status 2`() throws {
    let project = try Sample.recorded()
    try project.remove("baselines")
    try project.write("baselines", "a file\n")
    let run = try project.plangate("record", "nap", "orders_in")
    try expect(run, exits: 2, stdout: ["FAILED    nap", "baselines"], leavingNothingIn: project)
    #expect(try project.read("baselines") == "a file\n")
  }

  @Test func `baselines hold the bound values and the plan of the caller`() throws {
    let project = try Sample.recorded()
    let byName = try project.read("baselines/orders_of_place.plan")
    #expect(byName.contains("(o.city = 'city-42'::text) AND (o.country = 'country-21'::text)"), "\(byName)")
    let array = try project.read("baselines/orders_in.plan")
    #expect(array.contains("(orders.id = ANY ('{1,2,3}'::integer[]))"), "\(array)")
    let null = try project.read("baselines/orders_of_nobody.plan")
    #expect(null.contains("One-Time Filter"), "\(null)")
    let both = try project.read("baselines/order_by_id.plan")
    #expect(both.contains("(orders.id = 42)") && both.contains("(orders.id = $1)"), "\(both)")
    #expect(both.contains("case: generic"), "\(both)")
    let role = try project.read("baselines/my_orders.plan")
    #expect(role.contains("orders.customer_id = (current_setting('app.customer_id'::text))::integer"), "\(role)")
    #expect(role.contains("orders_customer_idx"), "\(role)")
    let write = try project.read("baselines/pay_order.plan")
    #expect(write.contains("Update") && write.contains("orders_pkey"), "\(write)")
  }
}
