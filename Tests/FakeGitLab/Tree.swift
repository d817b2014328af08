import Threads

/// The directory that is served: `projects.json`, `DIRECTORY/releases.json`, `DIRECTORY/TAG/ASSET`.
///
/// Everything parsed is kept until its file changes.
final class Tree: Sendable {
  let root: String
  private let origins: Origins
  private let state = Lock(State())

  private struct State {
    var projects: [Project] = []
    var stamp: FileStamp?
    var listings: [String: (stamp: FileStamp, listing: Listing)] = [:]
  }

  /// Where links point in the files, and where they are to point when served.
  struct Origins: Sendable {
    static let writtenAPI = "https://gitlab.example.test", writtenStorage = "https://storage.example.test"
    let api: String
    let storage: String
  }

  init(root: String, origins: Origins) {
    self.root = root
    self.origins = origins
  }

  /// Returns the project of a numeric id or a full path.
  func project(_ name: String) throws(FakeGitLabError) -> Project? {
    try projects().first { "\($0.id)" == name || $0.path == name }
  }

  /// Returns all projects.
  func projects() throws(FakeGitLabError) -> [Project] {
    let path = root + "/projects.json"
    return try state.withLock { (state) throws(FakeGitLabError) in
      guard let stamp = FileStamp(path) else { throw FakeGitLabError("\(path) is not there") }
      if state.stamp == stamp { return state.projects }
      guard let content = FileStamp.content(path) else { throw FakeGitLabError("\(path) cannot be read") }
      state.projects = try JSONReader.parse(content).elements.map(Project.init)
      state.stamp = stamp
      return state.projects
    }
  }

  /// Returns the releases of a project, from memory while its file is as it was.
  func listing(_ project: Project) throws(FakeGitLabError) -> Listing {
    let path = "\(root)/\(project.directory)/releases.json"
    return try state.withLock { (state) throws(FakeGitLabError) in
      guard let stamp = FileStamp(path) else { throw FakeGitLabError("\(path) is not there") }
      if let known = state.listings[project.directory], known.stamp == stamp { return known.listing }
      guard let content = FileStamp.content(path) else { throw FakeGitLabError("\(path) cannot be read") }
      let listing = Listing(content, directory: project.directory, origins: origins)
      state.listings[project.directory] = (stamp, listing)
      return listing
    }
  }
}

/// One project of the server.
struct Project: Sendable {
  let id: Int
  let path: String
  let directory: String
  let isPrivate: Bool
  /// The tokens that may read all of it, and those that may not read its code.
  let tokens: Set<String>, guestTokens: Set<String>
  /// The id of the project it was moved to.
  let movedTo: Int?

  init(_ value: JSONValue) {
    id = value["id"]?.integer ?? 0
    path = value["path"]?.text ?? ""
    directory = value["directory"]?.text ?? String(path.split(separator: "/").last ?? "")
    isPrivate = value["visibility"]?.text == "private"
    tokens = Set((value["tokens"]?.elements ?? []).compactMap(\.text))
    guestTokens = Set((value["guest_tokens"]?.elements ?? []).compactMap(\.text))
    movedTo = value["moved_to"]?.integer
  }
}
