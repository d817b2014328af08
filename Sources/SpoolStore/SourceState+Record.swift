import WheelModel

extension SourceState {
  private enum Tag {
    static let product: UInt8 = 1
    static let repository: UInt8 = 2
    static let project: UInt8 = 3
    static let listedTags: UInt8 = 4
    static let completeAt: UInt8 = 5
    static let settings: UInt8 = 6
    /// Repeated: URL, ETag and Last-Modified as fields 1, 2, 3 of their own.
    static let page: UInt8 = 7
    /// Repeated.
    static let missingTag: UInt8 = 8
  }

  var writer: RecordWriter {
    var record = RecordWriter(capacity: 256)
    record.append(Tag.product, repository.product)
    record.append(Tag.repository, repository.repository)
    record.append(Tag.project, project)
    record.append(Tag.listedTags, listedTags)
    record.append(Tag.completeAt, completeAt)
    record.append(Tag.settings, settings)
    for page in pages {
      var inner = RecordWriter()
      inner.append(1, page.url)
      inner.append(2, page.etag)
      inner.append(3, page.lastModified)
      record.append(Tag.page, inner.body)
    }
    for tag in missingTags { record.append(Tag.missingTag, tag) }
    return record
  }

  init?(_ record: Record) {
    guard let product = record.text(Tag.product), let repository = record.text(Tag.repository) else { return nil }
    self.init(
      repository: RepositoryKey(product: product, repository: repository), project: record.string(Tag.project) ?? "",
      pages: [], listedTags: record.uint(Tag.listedTags) ?? 0, completeAt: record.timestamp(Tag.completeAt),
      settings: record.string(Tag.settings) ?? "")
    record.forEach(Tag.page) { value in
      guard let inner = Record(value), let url = inner.string(1) else { return }
      pages.append(Page(url: url, etag: inner.string(2), lastModified: inner.string(3)))
    }
    record.forEach(Tag.missingTag) { missingTags.append(Text($0.string)) }
  }
}
