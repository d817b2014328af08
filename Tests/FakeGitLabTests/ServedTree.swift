import FakeGitLab
import TestSupport

/// A small tree of one public and one private project, and the server for it.
final class ServedTree {
  let directory: TemporaryDirectory
  let server: FakeGitLab

  /// Makes `count` releases `v1.0.N+cpu`, one a day, each with one asset whose content is its name.
  init(count: Int = 3, options: (inout FakeGitLab.Options) -> Void = { _ in }) throws {
    directory = try TemporaryDirectory()
    let projects = """
      [{"id": 7, "path": "group/open", "directory": "open", "tokens": ["good"], "guest_tokens": ["guest"]},
       {"id": 8, "path": "group/closed", "directory": "closed", "visibility": "private", "tokens": ["good"]},
       {"id": 6, "path": "group/old", "moved_to": 7}]
      """
    try Files.write(projects, to: directory.file("projects.json"))
    for (project, id) in [("open", 7), ("closed", 8)] {
      let rows = (1...count).map { Self.row($0, project: id) }
      try Files.makeDirectory(directory.file(project))
      try Files.write(
        "[" + rows.reversed().joined(separator: ",\n") + "]", to: directory.file("\(project)/releases.json"))
      for number in 1...count {
        try Files.makeDirectory(directory.file("\(project)/v1.0.\(number)+cpu"))
        let name = "wheels-1.0.\(number)+cpu-x86_64.tar.gz"
        try Files.write("content of \(name)", to: directory.file("\(project)/v1.0.\(number)+cpu/\(name)"))
      }
    }
    var settings = FakeGitLab.Options(tree: directory.path)
    options(&settings)
    server = try FakeGitLab(settings)
  }

  static func row(_ number: Int, project: Int) -> String {
    let day = number % 28 + 1
    let date = "2026-01-\(day < 10 ? "0" : "")\(day)T00:00:00.000Z"
    let url =
      "https://gitlab.example.test/api/v4/projects/\(project)/packages/generic/wheels/1.0.\(number)/wheels-1.0.\(number)%2Bcpu-x86_64.tar.gz"
    return """
      {"tag_name": "v1.0.\(number)+cpu", "created_at": "\(date)", "released_at": "\(date)", "commit": {"id": "c\(number)"},
       "name": "release \(number)", "assets": {"links": [{"id": \(number), "name": "wheels-1.0.\(number)+cpu-x86_64.tar.gz", "url": "\(url)"}]}}
      """
  }

  /// Asks for the listing of a project.
  func list(_ query: String = "", project: String = "7", headers: [Header] = []) throws -> RawClient.Answer {
    try RawClient.get("\(server.url)/api/v4/projects/\(project)/releases?\(query)", headers: headers)
  }

  /// The address of a release's asset at the API origin.
  func assetURL(_ number: Int, project: Int = 7) -> String {
    "\(server.url)/api/v4/projects/\(project)/packages/generic/wheels/1.0.\(number)/wheels-1.0.\(number)%2Bcpu-x86_64.tar.gz"
  }

  /// The tags in a listing's text, in order.
  static func tags(_ text: String) -> [String] {
    text.split(separator: "\"tag_name\": \"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }
}
