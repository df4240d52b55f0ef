import Foundation
import OperatingSystem
import PlanCore
import TestSupport
import Testing

/// The scripts of `.github/actions/plangate`, run with fake programs that only print their arguments.
@Suite struct ActionScriptTests {
  private static let action = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: ".github/actions/plangate").path

  /// The programs that the scripts call and every runner has.
  ///
  /// The PATH, which holds nothing else: no swift, gh or plangate.
  private static let tools = [
    "awk", "bash", "cat", "chmod", "curl", "cut", "dirname", "env", "find", "gzip", "head", "id", "mkdir", "mktemp",
    "rm",
    "sed", "sh", "sha256sum", "sort", "tail", "tar", "tr", "uname", "xargs",
  ]

  private func project(_ programs: [String: String] = [:]) throws -> Project {
    let project = try Project(["output": ""])
    try project.makeDirectory("bin")
    for tool in Self.tools {
      let path = try #require(
        ["/usr/bin", "/bin"].map { "\($0)/\(tool)" }.first(where: FileManager.default.fileExists), "\(tool)")
      try FileManager.default.createSymbolicLink(
        atPath: "\(project.directory)/bin/\(tool)", withDestinationPath: path)
    }
    for (name, text) in programs { try project.writeProgram("bin/\(name)", "#!/bin/sh\n\(text)\n") }
    return project
  }

  /// Runs a script like a job's step and returns its outputs by name.
  private func run(
    _ script: String, in project: Project, _ environment: [String: String]
  ) throws -> (run: ProgramRun, outputs: [String: String]) {
    let step = [
      "PATH": "\(project.directory)/bin", "GITHUB_OUTPUT": "\(project.directory)/output",
      "GITHUB_WORKSPACE": project.directory, "GITHUB_REPOSITORY": "shop/app", "GITHUB_JOB": "plans",
      "RUNNER_TEMP": "\(project.directory)/temp", "TMPDIR": project.temporaryDirectory,
    ].merging(environment) { $1 }
    try project.write("output", "")
    let run = try RunningProgram(["\(Self.action)/\(script)"], in: project.directory, environment: step).end()
    var outputs: [String: String] = [:]
    for line in try project.read("output").split(separator: "\n") {
      let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      outputs[String(pair[0])] = try String(#require(pair.last, "\(line)"))
    }
    return (run, outputs)
  }

  // MARK: check.sh

  /// A fake that prints its arguments, one per line, leaves an entry in the cache if asked, and exits as told.
  private static let plangate = """
    [ "$1" = --version ] && exit
    printf '%s\\n' "$@"
    [ -z "$ENTRY" ] || mkdir -p "$PLANGATE_CACHE_DIR/1/entries/$ENTRY"
    exit "$STATUS"
    """

  private func check(
    _ project: Project, status: Int32 = 0, _ environment: [String: String] = [:]
  ) throws -> (run: ProgramRun, outputs: [String: String]) {
    let plain = [
      "PLANGATE": "\(project.directory)/bin/plangate", "PLANGATE_CACHE_DIR": "\(project.directory)/temp/cache",
      "MANIFEST": "queries/manifest.yml", "QUERIES": "", "POSTGRES": "", "ARGS": "", "REPORTS": "reports",
      "STATUS": "\(status)", "ENTRY": "",
    ]
    return try run("check.sh", in: project, plain.merging(environment) { $1 })
  }

  @Test(arguments: [0, 1, 2] as [Int32])
  func `the check's step continues and passes the verdict to the last step`(status: Int32) throws {
    let (run, outputs) = try check(try project(["plangate": Self.plangate]), status: status)
    try expect(run, exits: 0)
    #expect(outputs["status"] == "\(status)")
  }

  @Test func `all reports are requested, and inputs with spaces stay single words`() throws {
    let project = try project(["plangate": Self.plangate])
    let (run, _) = try check(
      project, ["QUERIES": "order_* -odd", "ARGS": "--strict\n--jobs 2", "POSTGRES": "16", "MANIFEST": "my app/m.yml"])
    let reports = [
      ("junit", "plangate.xml"), ("json", "plangate.json"), ("markdown", "plangate.md"), ("html", "plangate.html"),
      ("sarif", "plangate.sarif"), ("gitlab", "gitlab.json"),
    ].flatMap { ["--\($0)", "\(project.directory)/reports/\($1)"] }
    #expect(
      run.stdout.split(separator: "\n").map(String.init)
        == ["check", "--manifest", "my app/m.yml"] + reports
        + ["--postgres", "16", "--strict", "--jobs", "2", "--", "order_*", "-odd"], "\(run)")
  }

  @Test func `the cache is saved only if its entries changed`() throws {
    let project = try project(["plangate": Self.plangate])
    let empty = try check(project).outputs
    #expect(empty["entries-changed"] == "false")
    let first = try check(project, ["ENTRY": "a"]).outputs
    #expect(first["entries-changed"] == "true" && first["entries"] != empty["entries"])
    let again = try check(project, ["ENTRY": "a"]).outputs
    #expect(again["entries-changed"] == "false" && again["entries"] == first["entries"])
    #expect(try check(project, status: 1, ["ENTRY": "b"]).outputs["entries-changed"] == "true")
  }

  @Test func `the check gets the environment without files of later steps and the runner's tokens`() throws {
    let withheld = [
      "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_RUNTIME_TOKEN",
      "ACTIONS_RUNTIME_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL",
    ]
    let kept = ["GITHUB_STEP_SUMMARY", "GITHUB_SHA", "NPM_TOKEN"]
    let project = try project(["plangate": "env >environment\n\(Self.plangate)"])
    let (run, outputs) = try check(project, Dictionary(uniqueKeysWithValues: (withheld + kept).map { ($0, "value") }))
    try expect(run, exits: 0)
    // The step itself still has its outputs.
    #expect(outputs["status"] == "0")
    let seen = Set(try project.read("environment").split(separator: "\n").map { String($0.prefix { $0 != "=" }) })
    #expect(seen.isDisjoint(with: withheld + ["GITHUB_OUTPUT"]), "\(seen)")
    #expect(seen.isSuperset(of: kept), "\(seen)")
  }

  @Test func `the cache is a directory that only this user can write to`() throws {
    let project = try project(["plangate": Self.plangate])
    _ = try check(project)
    let path = "\(project.directory)/temp/cache"
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
    try project.write("temp/cache/1/entries/a/entry", "")
    _ = try check(project)
    #expect(project.exists("temp/cache/1/entries/a/entry"))
    // Only root can change its owner.
    guard geteuid() == 0 else { return }
    chown(path, 12345, 12345)
    _ = try check(project)
    #expect(!project.exists("temp/cache/1"))
  }

  // MARK: guard.sh

  private func guarded(_ environment: [String: String]) throws -> ProgramRun {
    let plain = ["EVENT": "pull_request", "RUN_EVENT": "", "COMMENTED_PULL_REQUEST": "", "ALLOWED": "false"]
    return try run("guard.sh", in: try project(), plain.merging(environment) { $1 }).run
  }

  private static let privileged = [
    ["EVENT": "pull_request_target"], ["EVENT": "workflow_run", "RUN_EVENT": "pull_request"],
    ["EVENT": "workflow_run", "RUN_EVENT": "pull_request_target"],
    ["EVENT": "issue_comment", "COMMENTED_PULL_REQUEST": "https://api.github.com/repos/shop/app/pulls/7"],
  ]

  @Test(arguments: privileged)
  func `an event that gives a pull request secrets is refused unless an input allows it`(
    _ event: [String: String]
  ) throws {
    for allowed in ["false", "", "True", "yes"] {
      let run = try guarded(event.merging(["ALLOWED": allowed]) { $1 })
      try expect(
        run, exits: 2,
        stderr: ["::error title=plangate::the event \(event["EVENT"] ?? "")", "allow-privileged-event", "pull_request"])
    }
    try expect(guarded(event.merging(["ALLOWED": "true"]) { $1 }), exits: 0)
  }

  @Test(arguments: [
    ["EVENT": "pull_request"], ["EVENT": "push"], ["EVENT": "merge_group"], ["EVENT": "schedule"],
    ["EVENT": "workflow_dispatch"], ["EVENT": "workflow_run", "RUN_EVENT": "push"], ["EVENT": "issue_comment"],
  ])
  func `other events are accepted`(_ event: [String: String]) throws {
    try expect(guarded(event), exits: 0)
  }

  @Test func `the guard is the action's first step and gets the event from GitHub`() throws {
    let text = try String(contentsOfFile: "\(Self.action)/action.yml", encoding: .utf8)
    let first = try #require(text.components(separatedBy: "    - name: ").dropFirst().first)
    for line in [
      "guard.sh", "EVENT: ${{ github.event_name }}", "RUN_EVENT: ${{ github.event.workflow_run.event }}",
      "COMMENTED_PULL_REQUEST: ${{ github.event.issue.pull_request.url }}",
      "ALLOWED: ${{ inputs.allow-privileged-event }}",
    ] {
      #expect(first.contains(line), "\(line)\n\(first)")
    }
    #expect(!first.contains("if:"))
  }

  @Test func `no checkout of this repository or of init keeps a token`() throws {
    let root = URL(filePath: Self.action).deletingLastPathComponent().deletingLastPathComponent()
    var workflows = try ["gate", "tests", "release"].map {
      try String(contentsOfFile: root.appending(path: "workflows/\($0).yml").path, encoding: .utf8)
    }
    let project = try Project()
    try expect(project.plangate("init"), exits: 0)
    workflows.append(try project.read(".github/workflows/plangate.yml"))
    for workflow in workflows {
      let checkouts = workflow.components(separatedBy: "uses: actions/checkout@").dropFirst()
      #expect(!checkouts.isEmpty && !workflow.contains("  pull_request_target:"), "\(workflow)")
      for checkout in checkouts {
        let lines = checkout.split(separator: "\n").dropFirst().prefix(2).map { $0.drop { $0 == " " } }
        #expect(lines.first == "with:" && lines.last?.hasPrefix("persist-credentials: false") == true, "\(workflow)")
      }
    }
  }

  @Test func `the documents say what a manifest can run and what to avoid`() throws {
    let root = URL(filePath: Self.action).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for path in ["README.md", "docs/ci.md", "SECURITY.md"] {
      let text = try String(contentsOfFile: root.appending(path: path).path, encoding: .utf8)
      for words in [
        "pull_request_target", "persist-credentials: false", "GITHUB_ENV", "GITHUB_PATH", "the user of the",
      ] {
        #expect(text.contains(words), "\(path): \(words)")
      }
      let checkouts = text.components(separatedBy: "uses: actions/checkout@").dropFirst()
      for checkout in checkouts { #expect(checkout.prefix(60).contains("persist-credentials: false"), "\(path)") }
    }
  }

  // MARK: places.sh

  private func places(
    _ project: Project, _ environment: [String: String] = [:]
  ) throws -> (run: ProgramRun, outputs: [String: String]) {
    let plain = [
      "VERSION": "", "ID": "", "POSTGRES": "", "MANIFEST": "queries/manifest.yml", "CACHE_INPUTS": "queries seed",
    ]
    return try run("places.sh", in: project, plain.merging(environment) { $1 })
  }

  @Test func `a plangate in the PATH is used if the workflow names no version`() throws {
    let project = try project(["plangate": "", "swift": "echo compiler 1"])
    let (run, outputs) = try places(project)
    try expect(run, exits: 0)
    #expect(outputs["plangate"] == "\(project.directory)/bin/plangate")
    #expect(outputs["build"] == "" && outputs["download"] == "")
    let mode = try FileManager.default.attributesOfItem(atPath: #require(outputs["tmp"]))[.posixPermissions] as? Int
    #expect(mode == 0o1777)
  }

  @Test(arguments: [
    ("", Release.version), ("1.2.3", "1.2.3"), ("v1.2.3", "1.2.3"), ("1.0.0-rc.1", "1.0.0-rc.1"),
  ])
  func `a release is downloaded, by default that of the action's revision`(version: String, downloaded: String) throws {
    // Even if there is a compiler.
    let project = try project(version.isEmpty ? ["swift": ""] : ["swift": "", "plangate": ""])
    let (run, outputs) = try places(project, ["VERSION": version])
    try expect(run, exits: 0)
    #expect(outputs["download"] == downloaded && outputs["build"] == "")
    #expect(outputs["place"] == "\(project.directory)/temp/plangate-\(downloaded)")
    #expect(outputs["plangate"] == outputs["place"].map { $0 + "/bin/plangate" })
  }

  @Test(arguments: ["latest", "1", "main", "1.2.3/../x", "1.2.3 4", "sources", "v", "$(id)"])
  func `a version that cannot be one is refused`(version: String) throws {
    try expect(
      places(try project(), ["VERSION": version]).run, exits: 2,
      stderr: ["the input version is neither a version, such as 1.2.3, nor source: \(version)"])
  }

  @Test func `source is built, and a cached build is used only with its compiler`() throws {
    func places(_ compiler: String) throws -> [String: String] {
      try self.places(
        try project(["plangate": "", "swift": "echo \(compiler)"]), ["VERSION": "source"]
      ).outputs
    }
    let first = try places("compiler 1")
    #expect(first["plangate"] == first["build"].map { $0 + "/plangate" } && first["download"] == "")
    let same = try places("compiler 1")
    let other = try places("compiler 2")
    #expect(first["build-hash"] == same["build-hash"] && first["build-hash"] != other["build-hash"])
  }

  @Test func `source without swift fails and says what is missing`() throws {
    try expect(
      places(try project(), ["VERSION": "source"]).run, exits: 2,
      stderr: ["::error title=plangate::there is no swift to build plangate with"])
  }

  @Test func `the seed's key depends on the contents of the seed`() throws {
    let project = try project(["plangate": ""])
    func key() throws -> String? {
      try places(project, ["CACHE_INPUTS": "seed\nmigrations nowhere"]).outputs["seed-hash"]
    }
    let empty = try key()
    var keys = [empty]
    for file in ["queries/manifest.yml", "seed/a b.sql", "migrations/deep/1.sql"] {
      try project.write(file, "1")
      keys.append(try key())
      try project.write(file, "2")
      keys.append(try key())
    }
    #expect(Set(keys).count == 7 && !keys.contains(nil))
    try project.write("elsewhere.sql", "1")
    #expect(try key() == keys.last)
  }

  @Test(arguments: [
    (["POSTGRES": ""], "plans"), (["POSTGRES": "16"], "plans-16"), (["ID": "web", "POSTGRES": "16"], "web"),
    (["POSTGRES": "/opt/pg 18/bin"], "plans-opt-pg-18-bin"), (["ID": "a --> <b>\nx=y"], "a-b-x-y"),
  ])
  func `a plain name distinguishes a job from others`(environment: [String: String], id: String) throws {
    let (run, outputs) = try places(try project(["plangate": ""]), environment)
    #expect(outputs["id"] == id, "\(run)")
  }

  // MARK: download.sh

  private static let system = Result { try systemName() }

  /// The name of this machine's system in the names of the release's files.
  private static func systemName() throws -> String {
    var names = utsname()
    guard uname(&names) == 0 else { throw CocoaError(.featureUnsupported) }
    let machine = withUnsafeBytes(of: names.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return machine == "x86_64" ? "linux-x86_64" : "linux-arm64"
  }

  /// A project whose directory serves as GitHub, with a release 1.2.3 of `shop/plangate`.
  private func release(program: String = "echo plangate 1.2.3") throws -> (project: Project, digest: String) {
    let project = try project()
    let name = "plangate-1.2.3-\(try Self.system.get())"
    try project.writeProgram("tree/\(name)/bin/plangate", "#!/bin/sh\n\(program)\n")
    let release = "shop/plangate/releases/download/v1.2.3"
    try project.makeDirectory(release)
    let packed = try RunningProgram(
      [
        "/bin/sh", "-c",
        """
        tar -C tree -czf \(release)/\(name).tar.gz \(name)
        cd \(release)
        echo other >plangate-1.2.3-other.tar.gz
        sha256sum *.tar.gz >SHA256SUMS
        sha256sum \(name).tar.gz | cut -c 1-64
        """,
      ], in: project.directory, environment: ["PATH": "/usr/bin:/bin"]
    ).end()
    try expect(packed, exits: 0)
    return (project, packed.stdout.trimmingCharacters(in: .newlines))
  }

  private func download(_ project: Project, _ environment: [String: String] = [:]) throws -> ProgramRun {
    let plain = [
      "VERSION": "1.2.3", "EXPECTED": "", "PLACE": "\(project.directory)/temp/plangate-1.2.3",
      "ACTION_REPOSITORY": "shop/plangate", "GITHUB_SERVER_URL": "file://\(project.directory)",
    ]
    let run = try run("download.sh", in: project, plain.merging(environment) { $1 }).run
    #expect(try project.temporaryFiles() == [], "\(run)")
    return run
  }

  @Test(arguments: [
    ["ACTION_REPOSITORY": "shop/plangate"],
    // The runner does not always state it, but keeps the action in a directory of this name.
    ["ACTION_REPOSITORY": "", "GITHUB_ACTION_PATH": "/runner/_actions/shop/plangate/v1/.github/actions/plangate"],
    ["ACTION_REPOSITORY": "", "GITHUB_REPOSITORY": "shop/plangate"],
  ])
  func `a release is verified and unpacked`(environment: [String: String]) throws {
    let (project, digest) = try release()
    for expected in ["", digest] {
      let run = try download(project, environment.merging(["EXPECTED": expected]) { $1 })
      try expect(run, exits: 0)
      #expect(run.stdout == "plangate 1.2.3\n")
      #expect(project.exists("temp/plangate-1.2.3/bin/plangate"))
    }
  }

  @Test func `a file with another digest is not unpacked`() throws {
    let (project, digest) = try release()
    let sums = "shop/plangate/releases/download/v1.2.3/SHA256SUMS"
    let wrong = String(repeating: "0", count: 64)
    try expect(
      download(project, ["EXPECTED": wrong]), exits: 2,
      stderr: ["is \(digest), but the input sha256 is \(wrong)"])
    let stated = try project.read(sums)
    for text in [stated.replacing(digest, with: wrong), stated.replacing("plangate-1.2.3-linux", with: "linux"), ""] {
      try project.write(sums, text)
      try expect(download(project), exits: 2, stderr: ["is \(digest), but SHA256SUMS states '"])
    }
    #expect(!project.exists("temp/plangate-1.2.3"))
  }

  @Test func `a release that does not exist is an error that says what to do`() throws {
    let (project, _) = try release()
    try expect(
      download(project, ["VERSION": "9.9.9"]), exits: 2,
      stderr: ["/shop/plangate/releases/download/v9.9.9/SHA256SUMS cannot be downloaded", "use version: source"])
  }

  // MARK: install.sh

  /// Fakes that write what they are asked into the file `asked`.
  private static let packageTools = [
    "sudo": "[ \"$1\" = -- ] && shift\nexec \"$@\"", "apt-get": "[ \"$1\" = --version ] || echo \"apt-get $*\" >>asked",
    "apt-cache": "case \" $KNOWN \" in *\" $3 \"*) ;; *) exit 100 ;; esac",
  ]

  /// What `install.sh` asks of apt, without the options that are always the same.
  private func installed(
    servers: [Int] = [], libraries: Bool = true, tools: [String] = ["psql"], baselines: [String: String] = [:],
    _ environment: [String: String] = [:]
  ) throws -> (run: ProgramRun, asked: [String]) {
    let project = try project(Self.packageTools)
    for tool in tools { try project.writeProgram("bin/\(tool)", "#!/bin/sh\n") }
    try project.writeProgram("bin/ldconfig", "#!/bin/sh\n\(libraries ? "echo '  libpq.so.5 (libc6,x86-64)'" : "")\n")
    for major in servers { try project.writeProgram("system/usr/lib/postgresql/\(major)/bin/postgres", "#!/bin/sh\n") }
    try project.writeProgram(
      "system/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh",
      "#!/bin/sh\n[ \"$1\" = --version ] || echo \"pgdg $*\" >>asked\n")
    try project.write("system/etc/postgresql-common/createcluster.conf", "#create_main_cluster = true\nother = 1\n")
    try project.write("queries/manifest.yml", "")
    for (path, text) in baselines { try project.write(path, text) }
    let plain = [
      "POSTGRES": "", "PACKAGES": "", "MANIFEST": "queries/manifest.yml", "SOURCE": "false", "COMMENT": "false",
      "PLANGATE_TEST_SYSTEM": "\(project.directory)/system", "KNOWN": "",
    ]
    let run = try run("install.sh", in: project, plain.merging(environment) { $1 }).run
    let asked = (try? project.read("asked")) ?? ""
    let options = "install -q -y --no-install-recommends -- "
    let configuration = try project.read("system/etc/postgresql-common/createcluster.conf")
    let keeps = asked.isEmpty || run.status != 0
    #expect(configuration == (keeps ? "#create_main_cluster = true" : "create_main_cluster = false") + "\nother = 1\n")
    return (run, asked.split(separator: "\n").map { String($0).replacing(options, with: "") })
  }

  @Test(arguments: [
    ["POSTGRES": ""], ["POSTGRES": "16"], ["POSTGRES": "15,16"], ["POSTGRES": "/opt/postgresql/bin"],
    ["COMMENT": "true"],
  ])
  func `a job that has everything installs nothing`(environment: [String: String]) throws {
    let (run, asked) = try installed(servers: [15, 16], tools: ["psql", "gh"], environment)
    try expect(run, exits: 0)
    #expect(asked == [])
  }

  @Test func `a missing major comes from the distribution or from PostgreSQL's own repository`() throws {
    let known = try installed(servers: [16], ["POSTGRES": "16,17", "KNOWN": "postgresql-17 postgresql-client-17"])
    #expect(
      known.asked == [
        "apt-get update -q", "apt-get postgresql-common", "apt-get postgresql-17 postgresql-client-17",
      ], "\(known.run)")
    let unknown = try installed(servers: [16], ["POSTGRES": "17"])
    #expect(
      unknown.asked == [
        "apt-get update -q", "apt-get postgresql-common ca-certificates", "pgdg -y", "apt-get postgresql-common",
        "apt-get postgresql-17 postgresql-client-17",
      ], "\(unknown.run)")
  }

  @Test func `without an input the major of the baselines is installed`() throws {
    let baselines = ["baselines/a.plan": "plangate baseline 2\nserver: 17\n", "baselines/b.plan": "server: 17\n"]
    let known = ["KNOWN": "postgresql postgresql-17 postgresql-client-17"]
    #expect(
      try installed(servers: [16], baselines: baselines, known).asked.last
        == "apt-get postgresql-17 postgresql-client-17")
    #expect(try installed(servers: [16, 17], baselines: baselines, known).asked == [])
    // Where plangate init puts them beside a manifest of its own.
    let own = ["plangate/baselines/a.plan": "server: 17\n"]
    let other = known.merging(["MANIFEST": "plangate/manifest.yml"]) { $1 }
    #expect(
      try installed(servers: [16], baselines: own, other).asked.last
        == installed(servers: [16], baselines: baselines, known).asked.last)
    // Baselines of several majors ask for none.
    let several = baselines.merging(["baselines/18/a.plan": "server: 18\n"]) { $1 }
    #expect(try installed(servers: [16], baselines: several, known).asked == [])
    #expect(try installed(baselines: several, known).asked.last == "apt-get postgresql")
  }

  @Test func `packages of the input, psql and libpq are installed`() throws {
    let extensions = try installed(
      servers: [16], ["PACKAGES": "postgresql-16-pgvector\nhypopg", "KNOWN": "postgresql-16-pgvector hypopg"])
    #expect(extensions.asked.last == "apt-get postgresql-16-pgvector hypopg", "\(extensions.run)")
    let bare = try installed(
      servers: [16], libraries: false, tools: [], ["KNOWN": "postgresql-client libpq5"])
    #expect(bare.asked.last == "apt-get postgresql-client libpq5", "\(bare.run)")
  }

  // MARK: comment.sh

  /// A fake that lists the comments in a file and stores what it is asked to write.
  private static let gh = """
    [ "$1" = --version ] && exit
    [ -z "$REFUSES" ] || exit 1
    case "$*" in
      *--paginate*) cat comments ;;
      *) echo "$4 $5" >request; cat "${7#body=@}" >body ;;
    esac
    """

  private static let report = "<!-- plangate queries/manifest.yml -->\n\n### 1 case regressed\n"

  /// The request to GitHub and the comment's text; nil if there is none.
  private func comment(
    on comments: [String], _ environment: [String: String] = [:], report: String? = report
  ) throws -> (run: ProgramRun, request: String?, body: String?) {
    let project = try project(["gh": Self.gh])
    try project.write("comments", comments.joined(separator: "\n"))
    if let report { try project.write("reports/plangate.md", report) }
    let plain = ["GH_TOKEN": "t", "ID": "plans-16", "AUTHOR": "bot", "PULL_REQUEST": "7", "REPORTS": "reports"]
    let (run, _) = try run("comment.sh", in: project, plain.merging(environment) { $1 })
    #expect(try project.temporaryFiles() == [], "\(run)")
    return (run, try? project.read("request"), try? project.read("body"))
  }

  private static let marker = "<!-- plangate queries/manifest.yml --><!-- plans-16 -->"

  @Test func `a pull request without a comment of this job gets one`() throws {
    let others = [
      "1\tbot\t<!-- plangate queries/manifest.yml --><!-- plans-15 -->", "2\tsomebody\t\(Self.marker)",
      "3\tbot\t<!-- plangate web/queries/manifest.yml --><!-- plans-16 -->", "4\tbot\tLooks good",
    ]
    let (run, request, body) = try comment(on: others)
    try expect(run, exits: 0)
    #expect(request == "POST repos/shop/app/issues/7/comments\n", "\(run)")
    #expect(body == Self.marker + "\n\n### 1 case regressed\n")
  }

  @Test func `the comment of an earlier run is rewritten`() throws {
    let (run, request, body) = try comment(on: [
      "1\tbot\tLooks good", "22\tbot\t\(Self.marker)", "23\tbot\t\(Self.marker)",
    ])
    try expect(run, exits: 0)
    #expect(request == "PATCH repos/shop/app/issues/comments/22\n", "\(run)")
    #expect(body?.hasPrefix(Self.marker + "\n") == true)
  }

  @Test func `a comment that cannot be written is reported and fails nothing`() throws {
    for (environment, report, reason) in [
      (["GH_TOKEN": ""], Self.report, "the action needs a token"),
      (["REFUSES": "1"], Self.report, "the comments cannot be read"),
      ([:], nil, "there is no report"), ([:], "", "there is no report"),
    ] as [([String: String], String?, String)] {
      let (run, request, _) = try comment(on: [], environment, report: report)
      try expect(run, exits: 0, stdout: ["::warning title=plangate::no comment: \(reason)"])
      #expect(request == nil)
    }
  }
}
