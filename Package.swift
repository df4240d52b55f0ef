// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target: the strictest that the compiler offers without an outside tool.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Targets without C, files, clocks or processes: values in, values out.
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
  name: "plangate",
  products: [.executable(name: "plangate", targets: ["plangate"])],
  targets: [
    .systemLibrary(
      name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .target(name: "PlanCore", swiftSettings: pure),
    .target(name: "Reporting", dependencies: ["PlanCore"], swiftSettings: pure),
    .target(name: "YAML", dependencies: ["CLibYAML"], swiftSettings: strict),
    .target(name: "Postgres", dependencies: ["CLibPQ"], swiftSettings: strict),
    .target(
      name: "GateCommand", dependencies: ["PlanCore", "Reporting", "YAML", "Postgres"], swiftSettings: strict),
    .executableTarget(name: "plangate", dependencies: ["GateCommand"], swiftSettings: strict),

    .target(name: "TestSupport", dependencies: ["Postgres"], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "PlanCoreTests", dependencies: ["PlanCore", "TestSupport"], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "PlanCore", "TestSupport"],
      exclude: ["Golden", "junit.rng"],
      swiftSettings: strict),
    .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: strict),
    .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "GateCommandTests",
      dependencies: ["GateCommand", "Reporting", "Postgres", "YAML", "PlanCore", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CorpusTests", dependencies: ["GateCommand", "Postgres", "PlanCore"], exclude: ["Corpus"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests", dependencies: ["plangate", "GateCommand", "PlanCore", "Postgres", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["GateCommand", "Reporting", "PlanCore"], path: "Tests/Fuzz",
      exclude: ["Corpus", "FuzzCommand.swift"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// The same files as a program, for scripts/fuzz alone: it needs what `@testable` shows of a release build.
if Context.environment["PLANGATE_FUZZ"] != nil {
  package.targets.removeAll { $0.name == "FuzzTests" }
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["GateCommand", "Reporting", "PlanCore"], path: "Tests/Fuzz",
      exclude: ["Corpus", "FuzzTests.swift"], swiftSettings: strict))
}
