import PlanCore
import Testing

@Suite struct `The version of a server` {
  @Test(arguments: [("15.18", 15), ("9.6", 9), ("19beta1", 19), ("18", 18)] as [(ServerVersion, ServerMajor)])
  func `begins with its major`(version: ServerVersion, major: ServerMajor) {
    #expect(version.major == major)
  }

  @Test(arguments: ["", "devel", "-1.2", "٣.1", "99999999999999999999.1"] as [ServerVersion])
  func `has no major if it begins with no number`(version: ServerVersion) {
    #expect(version.major == nil)
  }

  @Test func `is in the setting server_version_num`() {
    #expect(ServerMajor(versionNumber: 150_018) == 15)
    #expect(ServerMajor(versionNumber: 90_624) == 9)
  }

  @Test func `is ordered by number`() {
    #expect(([15, 9, 18] as [ServerMajor]).sorted() == [9, 15, 18])
  }
}
