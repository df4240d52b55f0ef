import Foundation

/// The built binary, which is next to the test bundle.
package func plangateBinary() throws -> String {
  var candidates: [String] = []
  for program in ["/proc/self/exe", CommandLine.arguments[0], Bundle.main.executablePath ?? ""] where !program.isEmpty {
    var directory = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
    // macOS: plangatePackageTests.xctest/Contents/MacOS.
    for _ in 0..<4 {
      candidates.append(directory.appendingPathComponent("plangate").path)
      directory.deleteLastPathComponent()
    }
  }
  for path in candidates {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue { return path }
  }
  throw TestFailure("there is no plangate next to the tests; looked for \(candidates.joined(separator: ", "))")
}

/// The variables that a program needs to run at all, and no others.
package func plainEnvironment() -> [String: String] {
  let names = ["PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH", "LLVM_PROFILE_FILE"]
  return ProcessInfo.processInfo.environment.filter { names.contains($0.key) }
}

/// Runs the built binary and waits for it to end.
package func plangate(
  _ arguments: [String], in directory: String, environment: [String: String] = [:]
) throws -> ProgramRun {
  try RunningProgram(
    [plangateBinary()] + arguments, in: directory, environment: plainEnvironment().merging(environment) { $1 }
  ).end()
}
