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
  /// targets that have seen more refuse to go on.
  public func repair() throws(StoreError) -> RepairReport {
    guard mode != .read else { throw .usage("repair \(path)", "the store was opened for reading only") }
    let damage = try verify(.everything)
    guard !damage.isClean else { return RepairReport() }
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
    return report
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
