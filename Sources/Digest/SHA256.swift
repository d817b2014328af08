import CCrypto

/// A running SHA-256 over bytes that arrive in pieces. Counterpart: `EVP_DigestUpdate` (OpenSSL, FIPS 180-4).
@safe
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Starts an empty digest.
  public init() {
    // Safety: EVP_MD_CTX_new returns a context of ours alone, or nil without memory; freed once in deinit.
    guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      fatalError("libcrypto offers no SHA-256")
    }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Adds bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    // Safety: the pointer is used inside the closure only, for as many bytes as the span has.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      _ = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
    }
  }

  /// Ends the digest and returns it.
  public consuming func finalize() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    // Safety: SHA-256 writes exactly 32 bytes, the size of the array.
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
    }
    guard let digest = SHA256Digest(bytes.span) else { preconditionFailure("SHA-256 is 32 bytes") }
    return digest
  }

  /// Returns the digest of bytes that are all at hand.
  public static func hash(_ bytes: Span<UInt8>) -> SHA256Digest {
    var running = SHA256()
    running.update(bytes)
    return running.finalize()
  }
}
