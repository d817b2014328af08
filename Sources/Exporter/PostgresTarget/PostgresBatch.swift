import Postgres
import WheelModel

/// What one open transaction of a PostgreSQL target has gathered.
struct PostgresBatch {
  let plan: BatchPlan
  /// Whether artifacts go through a temporary table, because some of them are in the target already.
  var needsUpsert = false
  /// Artifacts that were removed with their release's old state.
  var goneKeys: [RepositoryKey: [String]] = [:]
  var releaseRows: [PostgresRow] = []
  var dropRows: [PostgresRow] = []
  /// Package rows that wait for the artifacts' COPY to end.
  var packages: [(id: ArtifactID, tag: Text, rows: PackageList)] = []
  var packageBytes = 0
  var isCopying = false
  var copiedRows = 0
  var currentTag: Text = ""
  var result = BatchResult()

  init(_ plan: BatchPlan) { self.plan = plan }

  /// How many bytes of package rows are gathered before they are sent.
  static let packageBytesHeld = 4 << 20

  mutating func note(_ row: PostgresRow, repository: RepositoryKey, tag: Text, key: Text) {
    for (column, code, message) in row.refused {
      note(repository: repository, tag: tag, key: key, column: column, of: row.table, code: code, message: message)
    }
  }

  mutating func note(
    repository: RepositoryKey, tag: Text, key: Text, column: String, of table: Table, code: String, message: String
  ) {
    let name = table.name == Table.artifacts.name ? column : table.name + "." + column
    result.issues.append(
      ExportIssue(
        repository: repository, tag: tag, artifactKey: key, column: name, code: code, message: message))
  }
}

/// Statements of one pipeline with what is to be done with each answer.
struct PostgresSteps {
  private var steps: [(statement: Statement, check: ((QueryResult) throws -> Void)?)] = []

  mutating func add(_ sql: String, _ parameters: [Parameter] = [], check: ((QueryResult) throws -> Void)? = nil) {
    steps.append((Statement(sql, parameters), check))
  }

  func run(on session: Connection, operation: String) throws {
    let answers = try session.pipeline(steps.map(\.statement), operation: operation)
    for (step, answer) in zip(steps, answers) { try step.check?(answer) }
  }
}
