import WheelModel

/// The content of a `wheelspool.toml`, checked.
struct ConfigurationFile {
  struct GitLab {
    var url: String?
    var token: TokenSource?
    var tokenHeader: TokenHeader?
    var allowHTTP: Bool?
    var allowedHosts: [String] = []
    var certificates: String?
  }

  /// The most bytes of a configuration.
  static let maximumBytes = 1 << 20

  let path: String
  var storePath: String?
  var gitlab = GitLab()
  var jobs: Int?
  var limits = Configuration.Limits()
  var network = Configuration.Network()
  var repositories: [Configuration.Repository] = []
  private var products: [Text] = []

  /// Reads the file that flags or environment name, or the one that is here; nil when there is none.
  static func find(
    flags: ConfigurationFlags, environment: [String: String]
  ) throws(ConfigurationError) -> ConfigurationFile? {
    try text(named: flags.configPath, environment: environment).map { found throws(ConfigurationError) in
      try ConfigurationFile(found.text, path: found.path)
    }
  }

  /// Reads the store's directory alone out of the file that the environment names, or the one that is here: what a
  /// command that asks no upstream needs to know.
  static func storePath(environment: [String: String]) throws(ConfigurationError) -> String? {
    guard let (text, path) = try text(named: nil, environment: environment) else { return nil }
    var root = try TOMLSection(TOMLNode.parse(text, path: path), file: path)
    return try root.string("store").map { resolve($0, beside: path) }
  }

  private static func text(
    named flag: String?, environment: [String: String]
  ) throws(ConfigurationError) -> (text: String, path: String)? {
    let named = flag ?? environment["WHEELSPOOL_CONFIG"]
    let path = named ?? Configuration.defaultPath
    guard let bytes = try SmallFile.read(path, limit: maximumBytes) else {
      guard named == nil else { throw ConfigurationError(.file, at: path, "there is no such file") }
      return nil
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(.syntax, at: path, "is not UTF-8")
    }
    return (text, path)
  }

  /// Makes a path that the file names one that is good from here.
  private static func resolve(_ relative: String, beside path: String) -> String {
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    return relative.hasPrefix("/") ? relative : folder + relative
  }

  /// Reads a document. Everything that is not known is refused.
  init(_ text: String, path: String) throws(ConfigurationError) {
    self.path = path
    func resolve(_ relative: String) -> String { Self.resolve(relative, beside: path) }

    var root = try TOMLSection(TOMLNode.parse(text, path: path), file: path)
    try root.refuse(allBut: ["store", "gitlab", "collect", "limits", "network", "product"])
    storePath = try root.string("store").map(resolve)
    if var section = try root.table("gitlab") {
      gitlab.url = try section.string("url")
      gitlab.token = try Self.token(&section, resolve: resolve)
      gitlab.tokenHeader = try Self.header(&section)
      gitlab.allowHTTP = try section.boolean("allow-http")
      gitlab.allowedHosts = try section.strings("allow-hosts") ?? []
      gitlab.certificates = try section.string("cacert").map(resolve)
      try section.end()
    }
    if var section = try root.table("collect") {
      jobs = try section.count("jobs")
      try section.end()
    }
    if var section = try root.table("limits") {
      limits.listingPageBytes = try section.count("listing-page-bytes")
      limits.assetBytes = try section.count("asset-bytes")
      limits.inflatedBytes = try section.count("inflated-bytes")
      limits.memberBytes = try section.count("member-bytes")
      limits.textBytes = try section.count("text-bytes")
      limits.members = try section.count("members")
      limits.headerBytes = try section.count("header-bytes")
      limits.listingPages = try section.count("listing-pages")
      try section.end()
    }
    if var section = try root.table("network") {
      network.connectSeconds = try section.count("connect-seconds")
      network.answerSeconds = try section.count("answer-seconds")
      network.stallSeconds = try section.count("stall-seconds")
      network.requestSeconds = try section.count("request-seconds")
      network.longestWaitSeconds = try section.count("longest-wait-seconds")
      network.attempts = try section.count("attempts")
      network.retryBudget = try section.count("retry-budget")
      network.deadRequests = try section.count("dead-requests")
      try section.end()
    }
    for section in try root.tables("product") { try addProduct(section) }
    try root.end()
  }

  /// Reads one product. A key that means nothing is named before one that is missing: it may be the same, misspelt.
  private mutating func addProduct(_ product: TOMLSection) throws(ConfigurationError) {
    var product = product
    let key = try product.string("key")
    var sections = try product.tables("repository")
    try product.end()
    let productKey = try Self.key(key, in: product)
    guard !products.contains(productKey) else {
      throw ConfigurationError(.value, at: product.place(of: "key"), "this product is there twice")
    }
    products.append(productKey)
    for index in sections.indices {
      let repository = try Self.repository(&sections[index], of: productKey)
      guard !repositories.contains(where: { $0.key == repository.key }) else {
        throw ConfigurationError(.value, at: sections[index].place(of: "key"), "this repository is there twice")
      }
      repositories.append(repository)
    }
  }

  private static func repository(
    _ section: inout TOMLSection, of product: Text
  ) throws(ConfigurationError) -> Configuration.Repository {
    let key = try section.string("key")
    let project = try section.stringOrNumber("project")
    try section.end()
    guard let project else { throw ConfigurationError(.missing, at: section.place(of: "project"), "must be given") }
    try check(project: project, at: section.place(of: "project"))
    return Configuration.Repository(
      key: RepositoryKey(product: product, repository: try Self.key(key, in: section)), project: project)
  }

  private static func key(_ key: String?, in section: TOMLSection) throws(ConfigurationError) -> Text {
    guard let key else { throw ConfigurationError(.missing, at: section.place(of: "key"), "must be given") }
    try check(key: key, at: section.place(of: "key"))
    return Text(key)
  }

  private static func token(
    _ section: inout TOMLSection, resolve: (String) -> String
  ) throws(ConfigurationError) -> TokenSource? {
    let variable = try section.string("token-env")
    let file = try section.string("token-file")
    guard variable == nil || file == nil else {
      throw ConfigurationError(.value, at: section.place, "token-env and token-file exclude each other")
    }
    if let variable {
      // A token that was written here by mistake must not appear in a message.
      let isName = variable.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || isLetter($0)
      }
      guard isName, variable.utf8.first.map({ !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }) == true else {
        throw ConfigurationError(
          .value, at: section.place(of: "token-env"), "must be the name of a variable",
          hint: "write token-env = \"GITLAB_TOKEN\", and export GITLAB_TOKEN; if a token stood there, revoke it")
      }
    }
    return variable.map { .environment($0) } ?? file.map { .file(resolve($0)) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  private static func header(_ section: inout TOMLSection) throws(ConfigurationError) -> TokenHeader? {
    guard let text = try section.string("token-header") else { return nil }
    guard let header = TokenHeader(rawValue: text) else {
      let known = TokenHeader.allCases.map(\.rawValue)
      throw ConfigurationError(
        .value, at: section.place(of: "token-header"), "must be one of \(known.joined(separator: ", "))",
        hint: Nearest.key(to: text, among: known).map { "did you mean `\($0)`?" })
    }
    return header
  }

  /// Refuses a key that could not be typed as part of `PRODUCT/REPOSITORY/KEY` or shown on one line.
  static func check(key: String, at place: String) throws(ConfigurationError) {
    let isPlain =
      !key.isEmpty && key.utf8.count <= 100
      && !key.unicodeScalars.contains {
        SafeText.isActive($0) || $0 == "/" || $0 == " "
      }
    guard isPlain else {
      throw ConfigurationError(.value, at: place, "must be 1 to 100 bytes without `/`, spaces and control characters")
    }
  }

  /// Refuses a project that is neither a path nor a number.
  static func check(project: String, at place: String) throws(ConfigurationError) {
    let parts = project.split(separator: "/", omittingEmptySubsequences: false)
    let isPath = parts.allSatisfy { part in
      !part.isEmpty && part != "." && part != ".." && part.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x25 }
    }
    guard isPath, project.utf8.count <= 1000 else {
      throw ConfigurationError(
        .value, at: place, "must be a project's path or number", hint: "write it as group/project, not as a URL")
    }
  }
}
