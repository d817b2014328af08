import CTestTLS
import Glibc

/// What a listener needs to speak TLS: a certificate and its key. Counterpart: `SSL_CTX`.
@safe
final class TLSContext: @unchecked Sendable {
  // Safety: after init only SSL_new reads it, which OpenSSL allows from any thread.
  private let context: OpaquePointer

  init(_ chain: Certificates.Chain) throws(FakeGitLabError) {
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw FakeGitLabError("OpenSSL offers no TLS") }
    unsafe self.context = context
    unsafe tt_allow_weak_keys(context)
    guard unsafe SSL_CTX_use_certificate_chain_file(context, chain.certificatePath) == 1,
      unsafe SSL_CTX_use_PrivateKey_file(context, chain.keyPath, SSL_FILETYPE_PEM) == 1
    else { throw FakeGitLabError("\(chain.certificatePath) and \(chain.keyPath) cannot be used") }
  }

  deinit { unsafe SSL_CTX_free(context) }

  /// Answers a client's handshake; nil when it fails, as it must with a client that does not like the certificate.
  func accept(_ descriptor: CInt) -> TLSSession? {
    guard let session = unsafe SSL_new(context) else { return nil }
    guard unsafe SSL_set_fd(session, descriptor) == 1, unsafe SSL_accept(session) == 1 else {
      unsafe SSL_free(session)
      return nil
    }
    return unsafe TLSSession(session)
  }
}

/// One connection's TLS, used by the connection's thread alone. Counterpart: `SSL`.
@safe
final class TLSSession: @unchecked Sendable {
  // Safety: only the thread that serves the connection calls in.
  private let session: OpaquePointer

  init(_ session: OpaquePointer) { unsafe self.session = session }

  deinit { unsafe SSL_free(session) }

  func read(into buffer: inout [UInt8]) -> Int {
    max(Int(unsafe SSL_read(session, &buffer, CInt(clamping: buffer.count))), 0)
  }

  func send(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.isEmpty else { return true }
    var sent = 0
    // Safety: the pointer is used inside the closure only, within the slice. Without partial writes it is all or an error.
    return unsafe bytes.withUnsafeBytes { unsafe SSL_write_ex(session, $0.baseAddress, $0.count, &sent) } == 1
  }

  /// Tells the peer that nothing more comes: without it an end may be taken for a cut.
  func close() { unsafe SSL_shutdown(session) }
}
