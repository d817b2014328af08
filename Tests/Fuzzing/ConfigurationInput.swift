#if TESTABLE

  import WheelModel

  @testable import Configuration

  /// A configuration file.
  enum ConfigurationInput {
    static func read(_ input: [UInt8]) -> Bool {
      guard let text = String(validating: input, as: UTF8.self) else { return false }
      do {
        let file = try ConfigurationFile(text, path: "wheelspool.toml")
        for repository in file.repositories {
          let shown = "\(repository.key)"
          hold(!shown.unicodeScalars.contains(where: SafeText.isActive), "a key that could fool a terminal")
        }
        return true
      } catch {
        hold(error.description.utf8.count < 4096, "an error that is too long to be read")
        return false
      }
    }
  }

#endif
