import CLMDB

/// What lies under a directory, as far as it matters to LMDB: its locks and its map need one kernel behind the file.
public enum FileSystemKind {
  /// The kernel's numbers of file systems that other machines may write to at the same time. Source: `statfs(2)`.
  private static let shared: [UInt32: String] = [
    0x6969: "NFS", 0x517b: "SMB", 0xff53_4d42: "CIFS", 0xfe53_4d42: "SMB2", 0x0102_1997: "9P", 0x00c3_6400: "Ceph",
    0x0bd0_0bd0: "Lustre", 0x0116_1970: "GFS2", 0x7461_636f: "OCFS2", 0x5346_414f: "AFS", 0x6b41_4653: "AFS",
    0x7375_7245: "Coda", 0x6573_5546: "FUSE", 0x564c: "NCP", 0xaad7_aaea: "PanFS", 0x4750_4653: "GPFS",
    0x786f_4256: "VirtualBox folder",
  ]

  /// Names the file system under `path` when LMDB's locks may not hold on it; nil for local ones, or when it cannot be
  /// asked. Counterpart: `statfs`.
  public static func shared(at path: String) -> String? {
    shared(type: unsafe wheelspool_file_system_type(path))
  }

  /// As `shared(at:)`, of a number that `statfs` returned.
  static func shared(type: Int) -> String? {
    // Some kernels extend the sign of a 32-bit number.
    shared[UInt32(truncatingIfNeeded: type)]
  }
}
