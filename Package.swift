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
    .target(name: "JSON", swiftSettings: pure),
    .target(name: "PlanCore", dependencies: ["JSON"], swiftSettings: pure),
    .target(
      name: "Reporting", dependencies: ["PlanCore", "JSON"], resources: [.embedInCode("HTML/Page")],
      swiftSettings: pure),
    .target(name: "YAML", dependencies: ["CLibYAML"], swiftSettings: strict),
    .systemLibrary(name: "COperatingSystem"),
    .target(name: "OperatingSystem", dependencies: ["COperatingSystem"], swiftSettings: strict),
    .target(name: "Postgres", dependencies: ["CLibPQ", "OperatingSystem", "JSON"], swiftSettings: strict),
    .target(
      name: "GateCommand", dependencies: ["PlanCore", "Reporting", "JSON", "YAML", "Postgres", "OperatingSystem"],
      swiftSettings: strict),
    .executableTarget(name: "plangate", dependencies: ["GateCommand"], swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Postgres", "OperatingSystem", "JSON"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "PlanCoreTests", dependencies: ["PlanCore", "JSON", "TestSupport"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "PlanCore", "JSON", "TestSupport"],
      exclude: ["Golden", "junit.rng"],
      swiftSettings: strict),
    .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: strict),
    .testTarget(
      name: "OperatingSystemTests", dependencies: ["OperatingSystem", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "PostgresTests", dependencies: ["Postgres", "OperatingSystem", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "GateCommandTests",
      dependencies: [
        "GateCommand", "Reporting", "Postgres", "OperatingSystem", "YAML", "PlanCore", "JSON", "TestSupport",
      ], swiftSettings: strict),
    .testTarget(
      name: "CorpusTests",
      dependencies: ["GateCommand", "Postgres", "OperatingSystem", "PlanCore", "JSON", "TestSupport"],
      exclude: ["Corpus", "Causes"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "plangate", "GateCommand", "PlanCore", "JSON", "YAML", "Postgres", "OperatingSystem", "TestSupport",
      ],
      exclude: ["Format1", "Layouts"],
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["GateCommand", "Reporting", "PlanCore", "JSON", "OperatingSystem"],
      path: "Tests/Fuzz",
      exclude: ["Corpus", "FuzzCommand.swift"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// The same files as a program, for scripts/fuzz alone: it needs what `@testable` shows of a release build.
if Context.environment["PLANGATE_FUZZ"] != nil {
  package.targets.removeAll { $0.name == "FuzzTests" }
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["GateCommand", "Reporting", "PlanCore", "JSON", "OperatingSystem"],
      path: "Tests/Fuzz",
      exclude: ["Corpus", "FuzzTests.swift"], swiftSettings: strict))
}
