import Postgres
import TestSupport
import Testing

extension GivenServerTests {
  /// Requests of the manifest and the seed to a given server.
  @Suite(.serialized) struct Wishes {
    static let given = [
      ServerRefusalTests.Refusal(
        "timezone: Mars/Base", "2:11", "'timezone' is 'Mars/Base'", "invalid value for parameter"),
      ServerRefusalTests.Refusal("encoding: UTF9", "2:11", "'encoding' is 'UTF9'", "encoding"),
      ServerRefusalTests.Refusal("encoding: LATIN1", "2:11", "'encoding' is 'LATIN1'", "does not match locale"),
      ServerRefusalTests.Refusal("locale: xx_YY.UTF-8", "2:9", "'locale' is 'xx_YY.UTF-8'", "has no locale"),
      ServerRefusalTests.Refusal("settings: {work_mem: lots}", "2:12", "'settings' has 'work_mem'"),
      ServerRefusalTests.Refusal("settings: {nosuch_setting: 1}", "2:12", "'settings' has 'nosuch_setting'"),
      ServerRefusalTests.Refusal("roles: ['']", "2:9", "a role must have a name"),
      ServerRefusalTests.Refusal("roles: [pg_mine]", "2:9", "'pg_mine'", "reserved"),
    ]

    @Test(arguments: given)
    func `a setting that a given server refuses is reported at its position in the manifest`(
      _ refusal: ServerRefusalTests.Refusal
    )
      throws
    {
      let server = try GivenTestServer.shared()
      let project = try ServerRefusalTests.project(refusal.lines)
      let before = try server.inventory()
      let run = try project.plangate("check", "--server", server.conninfo, environment: GivenTestServer.withPassword)
      let place = "queries/manifest.yml:\(refusal.place): error: "
      try expect(run, exits: 2, stderr: [place, "^"] + refusal.errors, leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")
    }

    @Test func `a role that cannot be created for lack of rights is reported at its position`() throws {
      let server = try GivenTestServer.shared()
      let project = try ServerRefusalTests.project("roles: [other_role]")
      try server.superuser().execute("ALTER ROLE poor CREATEDB")
      defer { _ = try? server.superuser().execute("ALTER ROLE poor NOCREATEDB") }
      let run = try project.plangate(
        "check", "--server", server.conninfo.replacing("user=ci", with: "user=poor"),
        environment: ["PGPASSWORD": "poor-secret"])
      try expect(
        run, exits: 2, stderr: ["queries/manifest.yml:2:9: error: 'roles' has 'other_role'", "CREATE ROLE other_role"],
        leavingNothingIn: project)
    }

    @Test func `limits of the database do not end plangate's own statements on a given server`() throws {
      let server = try GivenTestServer.shared()
      let project = try SeedSettingsTests.project(SeedSettingsTests.settings)
      let before = try server.inventory()
      try SeedSettingsTests.expectWork(project, ["--server", server.conninfo], GivenTestServer.withPassword)
      #expect(try server.inventory() == before)
    }

    @Test func `a prepared transaction of a failed seed leaves no database on a given server`() throws {
      let server = try GivenTestServer.shared()
      let project = try SeedSettingsTests.project([])
      try project.write("seed/02.sql", "BEGIN;\nSELECT 1;\nPREPARE TRANSACTION 'left';\nSELECT 1/0;\n")
      let before = try server.inventory()
      let run = try project.plangate("check", "--server", server.conninfo, environment: GivenTestServer.withPassword)
      try expect(run, exits: 2, stderr: ["seed/02.sql:4", "division by zero"], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(run)")

      try project.write("seed/02.sql", "BEGIN;\nSELECT 1;\nPREPARE TRANSACTION 'left';\n")
      let left = try project.plangate("check", "--server", server.conninfo, environment: GivenTestServer.withPassword)
      try expect(left, exits: 2, stderr: ["seed/02.sql:3", "'left'"], leavingNothingIn: project)
      #expect(try server.inventory() == before, "\(left)")
    }
  }
}
