import Testing

@testable import LMDB

/// Where other machines may write, locks may not hold: such file systems are named.
struct FileSystemKindTests {
  @Test(arguments: [
    (0x6969, "NFS"), (0xff53_4d42, "CIFS"), (-0xac_b2be, "CIFS"), (0x0102_1997, "9P"), (0x6573_5546, "FUSE"),
  ]) func sharedOnesAreNamed(type: Int, name: String) {
    #expect(FileSystemKind.shared(type: type) == name)
  }

  /// ext4, btrfs, XFS, tmpfs, overlay.
  @Test(arguments: [0xef53, 0x9123_683e, 0x5846_5342, 0x0102_1994, 0x794c_7630, 0])
  func localOnesAreNot(type: Int) {
    #expect(FileSystemKind.shared(type: type) == nil)
  }

  @Test func aDirectoryIsAsked() {
    #expect(FileSystemKind.shared(at: "/proc") == nil)
    #expect(FileSystemKind.shared(at: "/nowhere") == nil)
  }
}
