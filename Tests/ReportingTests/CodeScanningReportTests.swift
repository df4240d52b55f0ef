import JSON
import PlanCore
import Testing

@testable import Reporting

/// The reports for services that track findings from run to run.
@Suite struct CodeScanningReportTests {
  private func elements(_ json: JSON?) -> [JSON] {
    guard case .array(let elements)? = json else { return [] }
    return elements
  }

  private func run(_ outcome: RunOutcome) throws -> JSON {
    let report = try JSON(parsing: SARIFReport.text(outcome))
    #expect(report["version"] == .string("2.1.0"))
    return try #require(elements(report["runs"]).first)
  }

  private func fingerprints(_ outcome: RunOutcome) throws -> [String?] {
    elements(try run(outcome)["results"]).map { $0["partialFingerprints"]?["primaryLocationLineHash"]?.stringValue }
  }

  @Test func `every rule is described, and every result names one`() throws {
    let run = try run(try EveryKind.run())
    let rules = elements(run["tool"]?["driver"]?["rules"])
    let ids = rules.compactMap { $0["id"]?.stringValue }
    #expect(ids == Rule.all.map(\.id) + MigrationRule.all.map(\.id) + ["timeout", "no-baseline", "empty", "unchecked"])
    for rule in rules {
      for key in ["shortDescription", "fullDescription", "help"] {
        let text = rule[key]?["text"]?.stringValue ?? ""
        #expect(!text.isEmpty && (key == "help" || text.unicodeScalars.count <= 1024), "\(ids)")
      }
    }
    let results = elements(run["results"])
    #expect(Set(results.compactMap { $0["ruleId"]?.stringValue }) == Set(ids).subtracting(["unchecked", "empty"]))
    for result in results {
      let index = try #require(result["ruleIndex"]?.numberValue)
      #expect(result["ruleId"]?.stringValue == ids[Int(index)])
      #expect(result["message"]?["text"]?.stringValue?.isEmpty == false)
    }
  }

  @Test func `levels and suppressions follow severity and waiver`() throws {
    let results = elements(try run(try EveryKind.run())["results"]).filter { result in
      elements(elements(result["locations"]).first?["logicalLocations"]).first?["fullyQualifiedName"]
        == .string("every_rule")
    }
    #expect(results.count == Rule.all.count + 1)
    for (index, result) in results.enumerated() {
      #expect(result["level"] == .string(index % 3 == 1 ? "warning" : "error"))
      let suppressions = elements(result["suppressions"])
      #expect(suppressions.count == (index % 3 == 2 ? 1 : 0))
      let rule = try #require(result["ruleId"]?.stringValue)
      for suppression in suppressions {
        #expect(suppression["kind"] == .string("external"))
        #expect(suppression["justification"] == .string("known, \(rule), until 2027-06-30"))
      }
    }
  }

  @Test func `a result has the line of its query, as a URI`() throws {
    let results = elements(try run(try EveryKind.run())["results"])
    let places = results.compactMap { elements($0["locations"]).first?["physicalLocation"] }
    #expect(places.count == results.count)
    let uris = places.compactMap { $0["artifactLocation"]?["uri"]?.stringValue }
    #expect(uris.contains("queries/every%20rule%2C%20100%25%3A%20%C3%A4.sql"))
    let plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%"
    #expect(uris.allSatisfy { $0.allSatisfy(plain.contains) })
    #expect(places.contains { $0["region"]?["startLine"] == .number(12) })
    #expect(SARIFReport.uri("/work/a b.sql") == "file:///work/a%20b.sql")
    #expect(SARIFReport.uri("http:evil") == "http%3Aevil")
  }

  @Test func `no message holds a link`() throws {
    for result in elements(try run(try EveryKind.run())["results"]) {
      #expect(result["message"]?["text"]?.stringValue?.contains("](") == false)
    }
  }

  @Test func `the invocation reports what could not be checked`() throws {
    func invocation(_ outcome: RunOutcome) throws -> JSON { try #require(elements(run(outcome)["invocations"]).first) }
    let broken = try invocation(try EveryKind.run())
    #expect(broken["executionSuccessful"] == .bool(false))
    let errors = elements(broken["toolExecutionNotifications"]).filter { $0["level"] == .string("error") }
    // Three cases, and the run itself.
    #expect(errors.count == 4)
    #expect(
      errors.contains { $0["message"]?["text"]?.stringValue?.hasPrefix("tax_report@typical: ERROR 42703: ") == true })
    var early = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    early.error = "no server"
    #expect(try invocation(early)["executionSuccessful"] == .bool(false))
    var failed = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    failed.cases = [try Shop.regressed()]
    #expect(try invocation(failed)["executionSuccessful"] == .bool(true))
  }

  @Test func `fingerprints differ within a run and stay the same when figures change`() throws {
    let outcome = try EveryKind.run()
    let first = try fingerprints(outcome)
    #expect(first.count > 30 && !first.contains(nil))
    #expect(Set(first).count == first.count)
    #expect(try fingerprints(try EveryKind.again()) == first)

    func widget(_ outcome: RunOutcome) throws -> [String?] {
      elements(try JSON(parsing: GitLabReport.text(outcome))).map { $0["fingerprint"]?.stringValue }
    }
    let issues = try widget(outcome)
    #expect(issues.count > 20 && !issues.contains(nil))
    #expect(Set(issues).count == issues.count)
    #expect(try widget(try EveryKind.again()) == issues)
    // Each server has its own.
    let matrix = try fingerprints(try Shop.matrix())
    #expect(Set(matrix).count == 3)
  }

  @Test func `manifests with the same name in two directories have different categories and fingerprints`() throws {
    func outcome(in directory: String) throws -> RunOutcome {
      var run = try Shop.run()
      run.error = "no server"
      return run.renamingFiles { "\(directory)/\($0)" }
    }
    func category(_ outcome: RunOutcome) throws -> JSON? { try run(outcome)["automationDetails"]?["id"] }
    let (api, web) = (try outcome(in: "api"), try outcome(in: "web"))
    #expect(try category(api) == .string("plangate/api/\(api.manifest)/"))
    #expect(try category(web) == .string("plangate/web/\(web.manifest)/"))
    #expect(Set(try fingerprints(api)).isDisjoint(with: try fingerprints(web)))
    // The error of the run has no position of its own.
    #expect(api.remarks.first?.place == Place(file: "api/\(api.manifest)"))
  }

  @Test func `two findings of one rule on one relation are two`() throws {
    var outcome = try Shop.passed()
    outcome.findings = Array(repeating: Finding(rule: "row-estimate", severity: .warn, message: "m"), count: 3)
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.cases = [outcome]
    #expect(Set(try fingerprints(run)).count == 3)
  }

  @Test func `GitLab's issues have the fields its widget reads and leave out waived findings`() throws {
    var run = try EveryKind.run()
    run.cases.removeAll { $0.query == "every" }
    let issues = elements(try JSON(parsing: GitLabReport.text(run)))
    for issue in issues {
      for key in ["description", "check_name", "fingerprint"] {
        #expect(issue[key]?.stringValue?.isEmpty == false)
      }
      #expect(["info", "minor", "major", "critical", "blocker"].contains(issue["severity"]?.stringValue))
      #expect(issue["location"]?["path"]?.stringValue?.isEmpty == false)
      #expect((issue["location"]?["lines"]?["begin"]?.numberValue ?? 0) >= 1)
    }
    let names = issues.compactMap { $0["check_name"]?.stringValue }
    #expect(names.contains("unchecked") && names.contains("no-baseline") && names.contains("timeout"))
    // The third of every three rules is waived.
    #expect(!names.contains("index-cond-lost"))
    let severities = Set(issues.compactMap { $0["severity"]?.stringValue })
    #expect(severities == ["blocker", "critical", "minor"])
  }

  // MARK: Migrations

  private func migrationResults(_ outcome: RunOutcome) throws -> [JSON] {
    elements(try run(outcome)["results"]).filter { $0["ruleId"]?.stringValue?.hasPrefix("migration-") == true }
  }

  private func place(_ location: JSON?) -> [JSON?] {
    let physical = location?["physicalLocation"]
    return [physical?["artifactLocation"]?["uri"], physical?["region"]?["startLine"]]
  }

  @Test func `a finding of a migration rule has the line of the statement in the migration`() throws {
    let results = try migrationResults(try Shop.migrated())
    #expect(
      results.map { $0["ruleId"] } == [
        .string("migration-rewrite"), .string("migration-no-lock-timeout"), .string("migration-no-lock-timeout"),
      ])
    #expect(results.map { $0["level"] } == [.string("error"), .string("warning"), .string("warning")])
    #expect(place(elements(results[0]["locations"]).first) == [.string("db/1_amount.sql"), .number(2)])
    let text = try #require(results[0]["message"]?["text"]?.stringValue)
    #expect(text.hasPrefix("public.orders is written anew") && text.contains("\nfix: \(MigrationRule.rewrite.fix)"))
    #expect(text.contains("all its rows and indexes: the type of amount changed from integer to bigint."))
    // A command has no lines; the manifest has it.
    #expect(place(elements(results[2]["locations"]).first) == [.string("ci/queries.yml"), .number(1)])
  }

  @Test func `the migration rules are described as off, with the key that a manifest can set`() throws {
    let rules = elements(try run(try Shop.migrated())["tool"]?["driver"]?["rules"])
    let described = rules.filter { $0["id"]?.stringValue?.hasPrefix("migration-") == true }
    #expect(described.count == MigrationRule.all.count)
    for rule in described {
      #expect(rule["defaultConfiguration"]?["enabled"] == .bool(false))
      #expect(rule["help"]?["text"]?.stringValue?.contains("\n- floor (1000): rows of the table") == true)
    }
  }

  @Test func `a case that fails since a migration names it`() throws {
    let result = try #require(
      elements(try run(try Shop.migrated())["results"]).first { $0["ruleId"] == .string("seq-scan") })
    #expect(
      result["message"]?["text"]?.stringValue?.contains("\ncause: it fails since the migration db/2_drop.sql\n") == true
    )
  }

  @Test func `GitLab shows findings of migrations, and the migration since which a case fails`() throws {
    let issues = elements(try JSON(parsing: GitLabReport.text(try Shop.migrated())))
    let rewrite = try #require(issues.first { $0["check_name"] == .string("migration-rewrite") })
    #expect(rewrite["severity"] == .string("critical"))
    #expect(rewrite["location"]?["path"] == .string("db/1_amount.sql"))
    #expect(rewrite["location"]?["lines"]?["begin"] == .number(2))
    #expect(rewrite["description"]?.stringValue?.hasPrefix("public.orders is written anew") == true)
    let scan = try #require(issues.first { $0["check_name"] == .string("seq-scan") })
    #expect(scan["description"]?.stringValue?.hasSuffix(" (it fails since the migration db/2_drop.sql)") == true)
  }

  @Test func `fingerprints of migration findings depend on file, rule and table only`() throws {
    let first = try Shop.migrated()
    var moved = first
    for index in moved.migrations.indices {
      moved.migrations[index].findings = first.migrations[index].findings.map {
        MigrationFinding(
          rule: $0.rule, severity: $0.severity, relation: $0.relation, line: $0.line * 3, message: "other figures",
          fix: $0.fix)
      }
    }
    #expect(try Set(fingerprints(first)).count == fingerprints(first).count)
    #expect(try fingerprints(moved) == fingerprints(first))
    moved.migrations[0].file = "db/0_amount.sql"
    #expect(try Set(fingerprints(moved)).subtracting(fingerprints(first)).count == 2)
  }

  @Test func `a changed plan is a result only when it fails`() throws {
    var run = RunOutcome(plangateVersion: "0.1.0", manifest: "m.yml")
    run.cases = [try Shop.changed()]
    #expect(try fingerprints(run).isEmpty)
    run.isStrict = true
    #expect(elements(try self.run(run)["results"]).map { $0["ruleId"] } == [.string("plan-changed")])
  }
}
