/// Takes in one document piece by piece in bounded memory; what it wrote is invisible until a commit names it.
///
/// For one thread. Ends with `finish` or `discard`.
public final class LargeDocumentWriter {
  /// Adds bytes. Now and then waits for a commit of about 1 MiB of compressed pieces.
  public func write(_ bytes: Span<UInt8>) throws(StoreError) { fatalError("unfinished") }

  /// Ends the document and returns what a commit needs to name it.
  public func finish() throws(StoreError) -> PreparedDocument { fatalError("unfinished") }

  /// Gives up: removes what was written.
  public func discard() throws(StoreError) { fatalError("unfinished") }
}
