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
      let pages = try verifyPages()
      // What LMDB would make of such pages says nothing about the records.
      guard pages.isClean else { return pages }
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

  /// Looks at every page in use, without LMDB.
  private func verifyPages() throws -> VerifyReport {
    while true {
      let report = try read { snapshot -> VerifyReport? in
        let pages = try PageWalk(path: directory.data)
        // A commit may have come in between; the pages of a snapshot at hand stay as they are.
        guard pages.transactionID == snapshot.transaction.transactionID else { return nil }
        var report = VerifyReport()
        for name in ["meta"] + Tables.names {
          func find(_ subject: String, _ problem: String) {
            report.findingCount += 1
            guard report.findings.count < Verifier.longestList else { return }
            report.findings.append(Finding(database: name, subject: subject, problem: problem))
          }
          let isThere = try pages.forEach(
            name, values: false, damaged: { page, problem in find("page \(page)", problem) }, { _, _ in })
          if !isThere { find("all", "the database is missing") }
        }
        return report
      }
      if let report { return report }
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
