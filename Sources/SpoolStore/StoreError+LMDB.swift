import Glibc
import LMDB
import Zstd

extension StoreError {
  /// Translates an error from below; `path` is the store's directory, asked whether the disk is full.
  init(_ error: any Error, operation: String, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as LMDBError: self.init(error, operation: operation, path: path)
    case let error as ZstdError:
      self.init(
        .unusable, .damaged, operation: operation, cause: error.description,
        hint: "wheelspool verify --data, then wheelspool verify --repair")
    default: self.init(.localIO, .inputOutput, operation: operation, cause: String(describing: error))
    }
  }

  private init(_ error: LMDBError, operation: String, path: String) {
    let cause = error.description
    switch error.code {
    case .corrupted, .pageNotFound, .invalid, .versionMismatch, .badHeader, .notFound:
      self.init(
        .unusable, .damaged, operation: operation, cause: cause,
        hint: "wheelspool verify, or restore the store from a backup")
    case .ioError where FileSystem.isFull(path):
      self.init(
        .localIO, .diskFull, operation: operation, cause: "the disk is full",
        hint: "free some space; everything committed is kept")
    case .readersFull:
      self.init(.busy, .busy, operation: operation, cause: cause, hint: "end some of the programs that read the store")
    case .outOfMemory:
      self.init(.localIO, .memory, operation: operation, cause: cause, hint: error.hint)
    case .alreadyOpen, .closed:
      self.init(.usage, .usage, operation: operation, cause: cause, hint: error.hint)
    default:
      let number = error.code.rawValue
      if number == ENOSPC || number == EDQUOT {
        self.init(
          .localIO, .diskFull, operation: operation, cause: number == EDQUOT ? cause : "the disk is full",
          hint: "free some space; everything committed is kept")
      } else {
        self.init(.localIO, .inputOutput, operation: operation, cause: cause)
      }
    }
  }
}
