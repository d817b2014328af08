/// Makes the content of one asset: the files a wheel build leaves, in the form fromager writes them.
public struct CollectionBuilder: Sendable {
  /// One package of the dependency graph.
  public struct Package: Sendable {
    /// The canonical name.
    public var name: String
    /// The version.
    public var version: String
    /// The keys (`name==version`) it depends on, all with the type `install`.
    public var needs: [String]

    /// Makes a package.
    public init(_ name: String, _ version: String, needs: [String] = []) {
      self.name = name
      self.version = version
      self.needs = needs
    }

    /// Its key in the graph.
    public var key: String { "\(name)==\(version)" }
  }

  /// The packages; those nothing else needs are the toplevel ones.
  public var packages: [Package]
  /// The text of requirements.txt; nil for the toplevel names, one a line.
  public var requirements: String?
  /// The text of constraints.txt; nil for all packages, sorted.
  public var constraints: String?

  /// Makes a collection of packages.
  public init(_ packages: [Package]) { self.packages = packages }

  /// The bytes of graph.json.
  public var graph: [UInt8] {
    let needed = Set(packages.flatMap(\.needs))
    let roots = packages.filter { !needed.contains($0.key) }.map(\.key)
    var nodes = [Self.node("", name: "", version: "0", url: "", edges: roots, type: "toplevel")]
    for package in packages {
      let url = "https://files.packages.example/packages/\(package.name)-\(package.version).tar.gz"
      nodes.append(
        Self.node(
          package.key, name: package.name, version: package.version, url: url, edges: package.needs, type: "install"))
    }
    return Array("{\n\(nodes.joined(separator: ",\n"))\n}".utf8)
  }

  /// The bytes of build-sequence-summary.json.
  public var summary: [UInt8] {
    let rows = packages.map { package in
      let file = "\(package.name)-\(package.version)-0-py3-none-any.whl"
      return "{\"name\": \"\(package.name)\", \"version\": \"\(package.version)\", \"prebuilt\": false, "
        + "\"download_url\": \"https://files.packages.example/\(package.name).tar.gz\", "
        + "\"wheel_filename\": \"/work-dir/wheels-repo/downloads/\(file)\", \"skipped\": false}"
    }
    return Array("[\(rows.joined(separator: ", "))]".utf8)
  }

  /// The gzip tar of all of it, below a directory of this name.
  public func asset(directory: String) -> [UInt8] {
    var tar = TarWriter()
    let needed = Set(packages.flatMap(\.needs))
    let toplevel = packages.filter { !needed.contains($0.key) }.map { $0.name + "\n" }.joined()
    let all = packages.map { $0.key + "\n" }.sorted().joined()
    for path in ["", "release/", "release/inputs/", "release/outputs/"] {
      tar.add("\(directory)/\(path)", kind: .directory)
    }
    tar.add("\(directory)/release/inputs/requirements.txt", text: requirements ?? toplevel)
    tar.add("\(directory)/release/outputs/build-sequence-summary.json", summary)
    tar.add("\(directory)/release/outputs/constraints.txt", text: constraints ?? all)
    tar.add("\(directory)/release/outputs/graph.json", graph)
    return tar.gzipped()
  }

  private static func node(
    _ key: String, name: String, version: String, url: String, edges: [String], type: String
  ) -> String {
    let edges = edges.map { edge in
      let name = edge.prefix { $0 != "=" }
      return
        "      {\n        \"key\": \"\(edge)\",\n        \"req_type\": \"\(type)\",\n        \"req\": \"\(name)\"\n      }"
    }
    let list = edges.isEmpty ? "[]" : "[\n\(edges.joined(separator: ",\n"))\n    ]"
    return
      "  \"\(key)\": {\n    \"download_url\": \"\(url)\",\n    \"pre_built\": false,\n    \"version\": \"\(version)\",\n"
      + "    \"canonicalized_name\": \"\(name)\",\n    \"constraint\": null,\n    \"edges\": \(list)\n  }"
  }
}
