import TestSupport
import Testing

@testable import GateCommand

@Suite struct VersionSearchTests {
  @Test(arguments: [
    ("postgres:16", 16), ("postgres:16.2-alpine", 16), ("docker.io/library/postgres:15-bookworm", 15),
    ("postgis/postgis:16-3.4-alpine", 16), ("supabase/postgres:15.1.0.147", 15), ("pgvector/pgvector:pg17", 17),
    ("pgvector/pgvector:0.7.0-pg16", 16), ("timescale/timescaledb:2.14.2-pg14", 14),
    ("timescale/timescaledb-ha:pg16.3-ts2.15", 16), ("bitnami/postgresql:13", 13), ("cimg/postgres:16.2", 16),
    ("registry.example.com:5000/base/postgres:17@sha256:0123", 17), ("postgres:${PG:-16}", 16), ("postgres:9.6", 9),
    ("pgrouting/pgrouting:16-3.4-3.6.1", 16),
  ])
  func `an image says its major version`(image: String, major: Int) {
    #expect(PostgresImage(image) == .major(major))
  }

  @Test(arguments: ["postgres", "postgres:latest", "postgres:${PG}", "postgres:alpine", "timescale/timescaledb:2.14.2"])
  func `an image without a version is PostgreSQL of an unknown one`(image: String) {
    #expect(PostgresImage(image) == .unknown)
  }

  @Test(arguments: [
    "redis:7", "dpage/pgadmin4:16", "prometheuscommunity/postgres-exporter:0.15", "edoburu/pgbouncer:1.23", "",
    "mysql:8",
    "postgrest/postgrest:v12.2.0",
  ])
  func `other images say nothing`(image: String) { #expect(PostgresImage(image) == .other) }

  private func discovery(_ files: [String: String]) throws -> Discovery {
    let project = try Project(files)
    return withExtendedLifetime(project) { Discovery(of: ProjectTree(project.directory)) }
  }

  private func compose(_ image: String) -> String { "services:\n  db:\n    image: \(image)\n" }

  @Test func `the main Compose file counts first, and others that disagree are said`() throws {
    let found = try discovery([
      "docker-compose.test.yml": compose("postgres:15"), "compose.yaml": compose("postgres:16"),
      ".github/workflows/ci.yml":
        "jobs:\n  a:\n    services:\n      db:\n        image: postgres:14\n  b:\n    services: {db: {image: 'postgres:${{ matrix.v }}'}}\n",
      "tests/compose.yaml": compose("postgres:13"),
    ])
    #expect(found.versions.map(\.major) == [16, 15, 14])
    #expect(
      found.versions.map(\.place) == ["compose.yaml:3", "docker-compose.test.yml:3", ".github/workflows/ci.yml:5"])
    let remark = try #require(found.unclear.first { $0.place == "compose.yaml:3" })
    #expect(remark.text.contains("docker-compose.test.yml:3 says 15, .github/workflows/ci.yml:5 says 14"))
  }

  @Test func `versions that agree are no question`() throws {
    let found = try discovery([
      "compose.yaml": compose("postgres:16"), ".tool-versions": "nodejs 20.1\npostgres 16.2\n",
      "supabase/config.toml": "[api]\nmajor_version = 9\n[db]\n# major_version = 12\nmajor_version = 16 # remote\n",
    ])
    #expect(found.versions.map(\.place) == ["compose.yaml:3", "supabase/config.toml:5", ".tool-versions:2"])
    #expect(found.unclear.isEmpty)
  }

  @Test func `a version that plangate does not run is said, and does not count`() throws {
    let found = try discovery(["compose.yaml": compose("postgres:11"), "compose.ci.yaml": compose("postgres:15")])
    #expect(found.versions.map(\.major) == [15])
    #expect(found.unclear.map(\.text) == ["PostgreSQL 11 is too old; plangate needs 13 or newer"])
  }

  @Test func `files of Windows, and those that are no plain YAML, are read`() throws {
    let found = try discovery([
      "compose.yaml": "services:\r\n  db:\r\n    ports: !reset []\r\n    image: 'postgres:16'\r\n",
      ".tool-versions": "nodejs 20\r\npostgres 16\r\n", "supabase/config.toml": "[db]\r\nmajor_version = 16\r\n",
    ])
    #expect(found.versions.map(\.place) == ["compose.yaml:4", "supabase/config.toml:2", ".tool-versions:2"])
  }

  @Test func `an image of an unknown version is said`() throws {
    let found = try discovery(["compose.yaml": compose("postgres:latest")])
    #expect(found.versions.isEmpty)
    #expect(found.unclear.map(\.place) == ["compose.yaml:3"])
  }
}
