import TestSupport
import Testing

@testable import Exporter
@testable import Postgres

/// Addresses are read, and what may be secret in them is never shown.
struct TargetAddressTests {
  @Test func readsFiles() throws {
    guard case .sqlite("a b.db") = try TargetAddress.parse("sqlite:a b.db"),
      case .ndjson("/x/y") = try TargetAddress.parse("ndjson:/x/y"),
      case .standardOutput = try TargetAddress.parse("ndjson:-")
    else {
      Issue.record("a file's address was read as something else")
      return
    }
  }

  @Test(
    "what cannot be read is refused without being quoted",
    arguments: [
      "", "mysql://u:s3cret@h/d", "sqlite:", "ndjson:", "postgresql://u:s3cret@h:1/d?nonsense=s3cret",
      "postgresql:password=s3cret nonsense", "postgresql:password=s3cret host", "postgresql://u:%zzs3cret@h/d",
      "sqlite:a\u{0}b",
    ])
  func refuses(_ text: String) {
    let error = #expect(throws: ExportError.self) { try TargetAddress.parse(text) }
    #expect(error?.kind == .usage && error?.code == .address)
    #expect(!"\(error.map(String.init(describing:)) ?? "")".contains("s3cret"))
  }

  @Test("passwords are in no description")
  func hidesPasswords() throws {
    for text in [
      "postgresql://me:s3cret@db.example.com:5433/wheels", "postgresql:host=db.example.com password=s3cret user=me",
    ] {
      let shown = "\(try TargetAddress.parse(text))"
      #expect(shown.contains("host=db.example.com") && shown.contains("user=me") && !shown.contains("s3cret"))
    }
  }

  @Test(
    "hosts that are not local get verified TLS unless the address chooses",
    arguments: [
      ("postgresql://db.example.com/x", "verify-full"), ("postgresql:hostaddr=192.0.2.1 dbname=x", "verify-full"),
      ("postgresql://localhost,db.example.com/x", "verify-full"), ("postgresql:host=127.example.com", "verify-full"),
      ("postgresql://db.example.com/x?sslmode=require", "require"), ("postgresql://localhost/x", nil),
      ("postgresql://127.0.0.1/x", nil), ("postgresql://[::1]/x", nil), ("postgresql:host=/run/postgresql", nil),
    ] as [(String, String?)])
  func choosesTLS(_ text: String, _ mode: String?) throws {
    guard case .postgres(let settings) = try TargetAddress.parse(text) else { return }
    #expect(settings.values["sslmode"] == mode)
  }

  @Test func readsMessagesAsOneLine() {
    let error = PostgresError(
      .server, operation: "x", message: "a\nb\r\n\tc\u{1b}[31m" + String(repeating: "y", count: 900))
    #expect(error.message.hasPrefix("a b c[31myyy") && error.message.utf8.count <= 300)
  }
}
