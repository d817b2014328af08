/// Makes a directory of projects, releases and assets that a fake GitLab can serve, from values in a test.
///
/// Nothing is on disk until `write`, which may be called again after changes.
public struct TreeBuilder: Sendable {
  /// One project.
  public struct Project: Sendable {
    /// The numeric id.
    public var id: Int
    /// The full path, such as `acme/wheels`; its last part names the directory.
    public var path: String
    /// True when it is visible with a token only.
    public var isPrivate = false
    /// The id of the project it was moved to.
    public var movedTo: Int?
    /// Its releases, oldest first.
    public var releases: [Release] = []

    /// Makes a public project without releases.
    public init(id: Int, path: String) {
      self.id = id
      self.path = path
    }

    /// Where its files are, below the tree's directory.
    public var directory: String { String(path.split(separator: "/").last ?? "") }
  }

  /// One release.
  public struct Release: Sendable {
    /// The tag, with its leading `v`.
    public var tag: String
    /// RFC 3339.
    public var createdAt: String
    /// RFC 3339; nil for the time of creation.
    public var releasedAt: String?
    /// The commit's id; nil for no commit.
    public var commit: String? = "8162cb07b3474d4b708d5c1d6b4f2e03156ef65e"
    /// The title; nil for the tag.
    public var name: String?
    /// The description; nil for null.
    public var description: String?
    /// True for one that is not yet out.
    public var isUpcoming = false
    /// Its links.
    public var links: [Link]

    /// Makes a release.
    public init(_ tag: String, createdAt: String, links: [Link] = []) {
      self.tag = tag
      self.createdAt = createdAt
      self.links = links
    }
  }

  /// One link of a release.
  public struct Link: Sendable {
    /// The id; nil for the next free one, rising with age.
    public var id: Int?
    /// The name.
    public var name: String
    /// The address; nil for a package file of the project with that name. `https://gitlab.example.test` and `https://storage.example.test`
    /// become the server's origins.
    public var url: String?
    /// What the asset holds; nil for no file.
    public var content: [UInt8]?

    /// Makes a link to a package file with this content.
    public init(_ name: String, _ content: [UInt8]?, id: Int? = nil, url: String? = nil) {
      self.id = id
      self.name = name
      self.url = url
      self.content = content
    }
  }

  /// The projects.
  public var projects: [Project] = []
  /// The token that may read all of them, and the one that may read no code.
  public var token = "test-token", guestToken = "guest-token"

  /// Starts without projects.
  public init() {}

  /// Makes a tree of one public project, id 7, path `acme/wheels`.
  public init(releases: [Release]) {
    var project = Project(id: 7, path: "acme/wheels")
    project.releases = releases
    projects = [project]
  }

  /// Writes everything below a directory.
  public func write(to root: String) throws {
    let entries = projects.map { project in
      "{\"id\": \(project.id), \"path\": \(Self.quote(project.path)), \"directory\": \(Self.quote(project.directory)), "
        + "\"visibility\": \"\(project.isPrivate ? "private" : "public")\", \"tokens\": [\(Self.quote(token))], "
        + "\"guest_tokens\": [\(Self.quote(guestToken))]"
        + (project.movedTo.map { ", \"moved_to\": \($0)" } ?? "") + "}"
    }
    try Files.makeDirectory(root)
    for project in projects {
      let directory = root + "/" + project.directory
      try Files.makeDirectory(directory)
      var rows: [String] = []
      var nextID = project.id * 10_000
      for release in project.releases {
        var links: [String] = []
        for link in release.links {
          nextID = link.id ?? (nextID + 1)
          links.append(try Self.link(link, id: nextID, release, project))
          guard let content = link.content else { continue }
          let folder = directory + "/" + Self.directoryName(release.tag)
          try Files.makeDirectory(folder)
          try Files.write(content, to: folder + "/" + link.name)
        }
        rows.append(Self.row(release, links: links.reversed()))
      }
      try Files.write("[\n" + rows.reversed().joined(separator: ",\n") + "\n]\n", to: directory + "/releases.json")
    }
    try Files.write("[\n" + entries.joined(separator: ",\n") + "\n]\n", to: root + "/projects.json")
  }

  /// The name of a tag's directory: `/` cannot be in one.
  static func directoryName(_ tag: String) -> String {
    tag.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
  }

  private static func link(_ link: Link, id: Int, _ release: Release, _ project: Project) throws -> String {
    let version = release.tag.drop { $0 == "v" }.prefix { $0 != "+" }
    let usual =
      "https://gitlab.example.test/api/v4/projects/\(project.id)/packages/generic/wheels/\(encode(String(version)))/\(encode(link.name))"
    return
      "{\"id\": \(id), \"name\": \(quote(link.name)), \"url\": \(quote(link.url ?? usual)), \"link_type\": \"package\"}"
  }

  private static func row(_ release: Release, links: [String]) -> String {
    let commit = release.commit.map { "{\"id\": \(quote($0)), \"short_id\": \(quote(String($0.prefix(8))))}" } ?? "null"
    return """
      {"name": \(quote(release.name ?? release.tag)), "tag_name": \(quote(release.tag)), \
      "description": \(release.description.map(quote) ?? "null"), "created_at": \(quote(release.createdAt)), \
      "released_at": \(quote(release.releasedAt ?? release.createdAt)), "upcoming_release": \(release.isUpcoming), \
      "author": null, "commit": \(commit), "assets": {"count": \(links.count + 1), "sources": \
      [{"format": "tar.gz", "url": "https://gitlab.example.test/archive.tar.gz"}], "links": [\(links.joined(separator: ", "))]}}
      """
  }

  private static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      let isPlain = byte < 128 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
      if isPlain || "-._~".utf8.contains(byte) {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
