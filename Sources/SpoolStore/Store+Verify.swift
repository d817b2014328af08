import Digest
import LMDB

extension Store {
  /// Looks for damage and returns what it found; a collector may be at work meanwhile.
  ///
  /// `progress` is called now and then with what has been seen so far. Throws only when the store cannot be read at all.
  public func verify(
    _ options: VerifyOptions = .init(), progress: (VerifyReport) -> Void = { _ in }
  ) throws(StoreError) -> VerifyReport {
    guard options.parts >= 1, (1...options.parts).contains(options.part) else {
      throw .usage("verify \(path)", "there is no part \(options.part) of \(options.parts)")
    }
    do {
      var report = try read { snapshot in
        let verifier = try Verifier(snapshot)
        try verifier.verifyStructure()
        return verifier.report
      }
      progress(report)
      if options.data { try verifyData(options, &report, progress) }
      return report
    } catch {
      throw StoreError(error, operation: "verify \(path)", path: path)
    }
  }

  /// Decodes documents, some in each transaction, in the order of their ids.
  private func verifyData(
    _ options: VerifyOptions, _ report: inout VerifyReport, _ progress: (VerifyReport) -> Void
  ) throws {
    var next: UInt64? = 1
    while let first = next {
      next = try read { snapshot in
        let verifier = try Verifier(snapshot, report)
        defer { report = verifier.report }
        return try verifier.verifyDocuments(from: first, limit: 256, options)
      }
      progress(report)
    }
  }
}
