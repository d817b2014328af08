import CLMDB
import Glibc
import LMDB
import TestSupport
import Testing

/// What ends a program that reads damaged pages, told apart from its own defects.
struct DamageTrapTests {
  @Test func aFaultInsideOfLMDBIsDamage() async {
    let result = await #expect(processExitsWith: .exitCode(6), observing: [\.standardErrorContent]) {
      DamageTrap.install(message: "pages are damaged", exitCode: 6)
      // What LMDB does with an entry that claims to have duplicates: it follows a pointer that leads nowhere.
      _ = unsafe mdb_cursor_txn(OpaquePointer(bitPattern: 64))
    }
    #expect(result?.says("pages are damaged") == true)
  }

  @Test func aFileThatWasCutIsDamage() async {
    let result = await #expect(processExitsWith: .exitCode(6), observing: [\.standardErrorContent]) {
      DamageTrap.install(message: "pages are damaged", exitCode: 6)
      raise(SIGBUS)
    }
    #expect(result?.says("pages are damaged") == true)
  }

  @Test func aFaultElsewhereIsTheProgramsOwn() async {
    let result = await #expect(processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]) {
      DamageTrap.install(message: "pages are damaged", exitCode: 6)
      let nowhere = unsafe UnsafePointer<UInt8>(bitPattern: 64)
      _ = unsafe strlen(UnsafeRawPointer(nowhere!).assumingMemoryBound(to: CChar.self))
    }
    #expect(result?.says("the program itself is at fault") == true)
    #expect(result?.says("pages are damaged") == false)
  }
}
