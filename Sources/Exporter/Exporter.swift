public import SpoolStore

/// Brings a target up to the state of a store, and compares the two.
public enum Exporter {
  /// Replays what the target has not seen.
  ///
  /// Blocks until done, or with `follow` until `shouldStop`, which is asked from this thread only, about five times a
  /// second. Errors of the target end in the summary's outcome; thrown are `StoreError` and `ExportError` of the kinds
  /// `usage` and `notFound`.
  public static func run(
    store: Store, target: TargetAddress, options: ExportOptions = .init(),
    observer: any ExportObserver = SilentExport(),
    shouldStop: @escaping () -> Bool = { false }
  ) throws -> ExportSummary {
    fatalError("unfinished")
  }

  /// Tells how far a target is behind the store. Takes no lock and writes nothing.
  public static func status(
    store: Store, target: TargetAddress, options: ExportOptions = .init(),
    shouldStop: @escaping () -> Bool = { false }
  ) throws -> TargetStatus {
    fatalError("unfinished")
  }

  /// Compares every row of the target with the store; with `readsData` also documents that only a second reading proves.
  ///
  /// `subset` (n, of) compares the n-th of so many shares of the releases, from 1. Throws `ExportError` of kind
  /// `targetFailed` when the target cannot be reached.
  public static func verify(
    store: Store, target: TargetAddress, options: ExportOptions = .init(), readsData: Bool = false,
    subset: (n: Int, of: Int)? = nil, shouldStop: @escaping () -> Bool = { false }
  ) throws -> TargetVerification {
    fatalError("unfinished")
  }

  /// The statements that make the target's tables, for reading or for an administrator to run.
  ///
  /// Throws kind `usage` for targets without tables.
  public static func schemaText(for target: TargetAddress, options: ExportOptions = .init()) throws(ExportError)
    -> String
  {
    fatalError("unfinished")
  }
}
