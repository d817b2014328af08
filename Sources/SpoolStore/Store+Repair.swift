import LMDB

/// What `repair` did.
public struct RepairReport: Equatable, Sendable {
  /// Everything that was wrong before, at most 1,000 entries.
  public var findings: [Finding] = []
  /// Records that could not be kept, in words.
  public var quarantined: [String] = []
  /// Releases that the next collect fetches again, in whole or in part.
  public var recollect: UInt64 = 0
}

extension Store {
  /// Builds the store anew from all that is whole: what is derived is derived again, what cannot be read is left out,
  /// and its releases are marked so that the next collect fetches them.
  ///
  /// For a store opened for repair or collecting; one without damage is left alone. Releases that lost something get a
  /// new sequence, so that targets learn of it. Where entries of the log are lost the chain is new from there on, and
  /// targets that have seen more refuse to go on. Commits that `HEAD` names and the data file lacks are given up: `HEAD`
  /// then names what is there. At the end the store is opened as every other command does; throws `unusable` when that fails.
  public func repair() throws(StoreError) -> RepairReport {
    guard mode != .read else { throw .usage("repair \(path)", "the store was opened for reading only") }
    var damage = try verify(.everything)
    let lost = try lostCommits()
    if let lost {
      damage.findings.insert(lost, at: 0)
      damage.findingCount += 1
    }
    guard !damage.isClean else {
      try exchange { () throws(StoreError) in }
      return RepairReport()
    }
    var report = try rebuild("repair") { _, target in
      let salvage = try Salvage(self)
      defer { salvage.opened.environment.close() }
      try salvage.run()
      return try salvage.opened.environment.read { transaction in
        let repairer = Repairer(self, transaction, salvage.opened.tables, target)
        repairer.report.quarantined = salvage.quarantined
        try repairer.run()
        return repairer.report
      }
    }
    report.findings = damage.findings
    if let lost { report.quarantined.insert("\(lost.database) \(lost.subject): \(lost.problem)", at: 0) }
    return report
  }

  /// What `HEAD` names beyond the newest commit of the data file; nil when nothing is missing, or the file cannot tell.
  private func lostCommits() throws(StoreError) -> Finding? {
    guard let head = directory.readHead(), head.store == id else { return nil }
    do {
      return try read { snapshot in
        guard let last = try? snapshot.sequence,
          head.isAhead(of: last, transaction: snapshot.transaction.transactionID)
        else { return nil }
        let subject =
          head.sequence > last + 1
          ? "\(last + 1) to \(head.sequence)" : head.sequence > last ? "\(head.sequence)" : "after \(last)"
        return Finding(
          database: "log", subject: subject,
          problem: "committed changes are missing: the data file is older than HEAD; collect again")
      }
    } catch {
      throw StoreError(error, operation: "repair \(path)", path: path)
    }
  }
}

extension VerifyOptions {
  /// Structure and every byte.
  static var everything: VerifyOptions {
    var options = VerifyOptions()
    options.data = true
    return options
  }
}
