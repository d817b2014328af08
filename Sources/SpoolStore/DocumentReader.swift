/// Reads one document in pieces, holding no transaction between them. For one thread.
public final class DocumentReader {
  /// What the store knows of the document.
  public let info: DocumentInfo

  init(info: DocumentInfo) { self.info = info }

  /// Replaces `buffer` by the next bytes, at most 64 KiB; returns false at the end.
  ///
  /// Throws `superseded` when the document was removed meanwhile, `damaged` when it is not what was written.
  public func next(into buffer: inout [UInt8]) throws(StoreError) -> Bool { fatalError("unfinished") }
}
