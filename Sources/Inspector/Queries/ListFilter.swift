import SpoolStore
public import WheelModel

/// Which records a list shows; nil stands for all.
public struct ListFilter: Sendable {
  /// The product's key.
  public var product: Text?
  /// The repository's key.
  public var repository: Text?
  /// `major.minor`.
  public var series: Text?
  /// The tag's suffix.
  public var variant: Text?
  /// The CPU architecture.
  public var arch: Text?
  /// The release's tag.
  public var tag: Text?
  /// The name of a package that must be in it, any spelling.
  public var package: Text?
  /// The earliest `created_at`.
  public var since: Timestamp?

  /// What a filter can ask for, named as on the command line.
  public enum Part: String, CaseIterable, Sendable {
    case product, repository, series, variant, arch, tag, package, since
  }

  /// What this one asks for.
  public var parts: [Part] {
    Part.allCases.filter { part in
      switch part {
      case .product: product != nil
      case .repository: repository != nil
      case .series: series != nil
      case .variant: variant != nil
      case .arch: arch != nil
      case .tag: tag != nil
      case .package: package != nil
      case .since: since != nil
      }
    }
  }

  /// Makes a filter that lets everything pass.
  public init() {}

  /// The part of the store that can match.
  var scope: Scope {
    guard let product else { return .all }
    guard let repository else { return .product(product) }
    return .repository(RepositoryKey(product: product, repository: repository))
  }

  /// The artifacts whose packages can match; the package itself left out.
  var packages: PackageScope {
    var packages = PackageScope()
    packages.product = product
    packages.repository = repository
    packages.variant = variant
    packages.arch = arch
    packages.tag = tag
    packages.series = series
    packages.since = since
    return packages
  }

  /// Whether a repository can hold matches.
  func matches(_ key: RepositoryKey) -> Bool {
    (product.map { $0 == key.product } ?? true) && (repository.map { $0 == key.repository } ?? true)
  }

  /// Whether what has this tag, or none, matches by what the tag alone says.
  func matches(tag: Text?) -> Bool {
    guard self.tag.map({ $0 == tag }) ?? true else { return false }
    guard series != nil || variant != nil else { return true }
    guard let name = tag.flatMap({ WheelModel.Tag($0) }) else { return false }
    return (series.map { $0 == name.series } ?? true) && (variant.map { $0 == name.suffix } ?? true)
  }

  /// Whether something asks for a property that only artifacts have.
  var isAboutArtifacts: Bool { arch != nil || package != nil || variant != nil || series != nil }

  /// Whether an artifact matches all but the package.
  func matches(_ view: ArtifactView) -> Bool {
    func holds(_ field: ArtifactView.Field, _ wanted: Text?) -> Bool { wanted.map { view.matches(field, $0) } ?? true }
    return holds(.repository, repository) && holds(.series, series) && holds(.variant, variant) && holds(.arch, arch)
      && holds(.tag, tag) && (since.map { view.createdAt >= $0 } ?? true)
  }

  /// Whether one use of a package matches all but the package.
  func matches(_ use: PackageUse) -> Bool {
    matches(use.artifact.repository) && (variant.map { $0 == use.variant } ?? true)
      && (arch.map { $0 == use.arch } ?? true) && (tag.map { $0 == use.tag } ?? true)
      && (since.map { use.createdAt >= $0 } ?? true)
      && (series.map { $0 == WheelModel.Tag(use.tag)?.series } ?? true)
  }

  /// The artifacts that have the wanted package; nil when none is asked for.
  func holders(in snapshot: borrowing Snapshot) throws -> Set<ArtifactID>? {
    guard let package else { return nil }
    var result: Set<ArtifactID> = []
    try snapshot.forEachUse(ofPackage: ProjectName.canonical(package)) { use in
      result.insert(use.artifact)
      return true
    }
    return result
  }
}
