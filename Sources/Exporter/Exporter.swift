public import SpoolStore
import WheelModel

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
    if options.repair { try checkReadable(target) }
    let source = StoreSource(store: store)
    let sink = try makeSink(target, source.storeID, options, observer, shouldStop)
    return try Replay(source: source, sink: sink, options: options, observer: observer, shouldStop: shouldStop).run()
  }

  /// Tells how far a target is behind the store. Takes no lock and writes nothing.
  public static func status(
    store: Store, target: TargetAddress, options: ExportOptions = .init(),
    shouldStop: @escaping () -> Bool = { false }
  ) throws -> TargetStatus {
    let source = StoreSource(store: store)
    let sink = try makeSink(target, source.storeID, options, SilentExport(), shouldStop)
    return try Comparison(source: source, sink: sink, options: options, shouldStop: shouldStop).status()
  }

  /// Compares every row of the target with the store; with `readsData` also documents that only a second reading proves.
  ///
  /// `subset` (n, of) compares the n-th of so many shares of the releases, from 1. Throws `ExportError` of kind
  /// `targetFailed` when the target cannot be reached.
  public static func verify(
    store: Store, target: TargetAddress, options: ExportOptions = .init(), readsData: Bool = false,
    subset: (n: Int, of: Int)? = nil, shouldStop: @escaping () -> Bool = { false }
  ) throws -> TargetVerification {
    try checkReadable(target)
    let source = StoreSource(store: store)
    let sink = try makeSink(target, source.storeID, options, SilentExport(), shouldStop)
    return try Comparison(source: source, sink: sink, options: options, shouldStop: shouldStop)
      .verify(readsData: readsData, subset: subset)
  }

  /// The statements that make the target's tables, for reading or for an administrator to run.
  ///
  /// Throws kind `usage` for targets without tables.
  public static func schemaText(
    for target: TargetAddress, options: ExportOptions = .init()
  ) throws(ExportError) -> String {
    switch target {
    case .postgres:
      let type = options.documentType ?? .json
      return try PostgresSchema(schema: options.schema, documentType: type, usesLZ4: true).text
    case .sqlite: return SQLiteSchema.text
    case .ndjson, .standardOutput:
      throw ExportError(.usage, .option, operation: "print the schema", cause: "JSON lines have no tables")
    }
  }

  private static func checkReadable(_ target: TargetAddress) throws(ExportError) {
    guard case .standardOutput = target else { return }
    throw ExportError(
      .usage, .option, operation: "compare the target", cause: "what went to standard output cannot be read again",
      hint: "name the file it went to")
  }

  static func makeSink(
    _ target: TargetAddress, _ storeID: String, _ options: ExportOptions, _ observer: any ExportObserver,
    _ shouldStop: @escaping () -> Bool
  ) throws(ExportError) -> any Sink {
    guard options.batchReleases > 0 else {
      throw ExportError(.usage, .option, operation: "read --batch", cause: "a batch has at least one release")
    }
    switch target {
    case .postgres(let settings):
      return try PostgresSink(
        settings: settings, options: options, storeID: storeID, observer: observer, shouldStop: shouldStop)
    case .sqlite(let path):
      return SQLiteSink(path: path, options: options, storeID: storeID, observer: observer, shouldStop: shouldStop)
    case .ndjson(let path):
      return NDJSONSink(path: path, options: options, storeID: storeID, observer: observer, shouldStop: shouldStop)
    case .standardOutput:
      return NDJSONSink(path: nil, options: options, storeID: storeID, observer: observer, shouldStop: shouldStop)
    }
  }
}
