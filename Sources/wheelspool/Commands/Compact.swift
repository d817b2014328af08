import ArgumentParser
import Inspector
import SpoolStore

/// Gives space back.
struct Compact: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Rewrite the store without free pages, atomically.",
    usage: "wheelspool compact [<options>]",
    discussion: """
      Readers go on; a collector at work makes it end with 5. Needs as much free space
      as the store has content.

      EXAMPLE:
        wheelspool compact

      EXIT CODES:
        0 complete, 2 usage, 5 store busy, 6 store unusable, 7 local I/O
      """)

  @Flag(help: "Compress every document anew, at level 9.")
  var repack = false

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let store = try global.noting(Store.open(path: global.storePath, mode: .collect(create: false)))
    defer { store.close() }
    let report = try store.compact(repack: repack)
    global.log.info(
      "compacted \(HumanSize.text(report.bytesBefore)) to \(HumanSize.text(report.bytesAfter)); "
        + "\(report.dropped) retained documents dropped, \(report.reencoded) compressed anew")
  }
}
